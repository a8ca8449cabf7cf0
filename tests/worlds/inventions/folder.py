"""The column is a web server's own listing of a folder: files named by their year alone."""

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Report, Step


class World(Site):
    name, title = "folder", "目录列表"
    static_pages = False
    files = tuple((year, "pdf") for year in range(2008, 2026))

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/read/{self.hex(10, item.number)}")

    def file_url(self, item: Item, kind: str) -> str:
        return self.url(f"/{self.nb_slug}/{item.day.year - 1}nb.{kind}")

    def list_main(self, column: Column, page: int) -> str:
        if column.key != "nb":
            return super().list_main(column, page)
        files = "\n".join(f'<a href="{self.href(r.files[0])}">{r.year}nb.pdf</a>   12-Jan-{r.year + 1} 09:12   311K' for r in self.own)
        return f'<h1>Index of /{column.slug}/</h1><pre><a href="../">Parent Directory</a>\n{files}</pre>'

    def clerk(self) -> list[Step]:
        return [Step(self.list_url(self.reports))]

    def clue(self, report: Report) -> str:
        return report.files[0].rsplit("/", 1)[1]
