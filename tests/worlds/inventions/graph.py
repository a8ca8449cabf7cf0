"""GraphQL: the query is a constant, the page number lies inside `variables`, the answer says only whether there is more."""

import json

from tests.worlds.engine import Site
from tests.worlds.parts import Column, Item, Request, Response, Step

QUERY = ("query($channel:Int!,$page:Int){articles(channel:$channel,page:$page){nodes{id title publishedAt} "
         "pageInfo{page hasNextPage}}}")


class World(Site):
    name, title = "graph", "GraphQL 接口"
    static_pages, per_page = False, 10

    def build(self) -> None:
        super().build()
        self.route(self.url("/graphql"), self.graph)

    def article_url(self, column: Column, item: Item) -> str:
        return self.url(f"/a/{item.number}")

    def graph(self, request: Request) -> Response:
        try:
            asked = json.loads(request.body)["variables"]
        except (ValueError, KeyError, TypeError):
            return Response('{"errors": [{"message": "variables"}]}', 400, kind="application/json")
        column = next((c for c in self.columns.values() if c.number == asked.get("channel")), None)
        page = int(asked.get("page") or 1)
        nodes = [{"id": i.number, "title": i.text, "publishedAt": i.date} for i in self.part(column, page)] if column else []
        more = column is not None and page < self.pages(column)
        return self.json({"data": {"articles": {"nodes": nodes, "pageInfo": {"page": page, "hasNextPage": more}}}})

    def list_main(self, column: Column, page: int) -> str:
        return f"""<div id="app"></div><script>
const Q = "{QUERY}";
let page = 1;
function more() {{
  fetch("/graphql", {{method: "POST", headers: {{"Content-Type": "application/json"}},
    body: JSON.stringify({{query: Q, variables: {{channel: {column.number}, page}}}})}})
  .then(r => r.json()).then(d => {{
    d.data.articles.nodes.forEach(n => {{ list.innerHTML += `<li><a href="/a/${{n.id}}">${{n.title}}</a></li>`; }});
    page++;
  }});
}}
more();
</script>"""

    def clerk(self) -> list[Step]:
        bodies = [json.dumps({"query": QUERY, "variables": {"channel": self.reports.number, "page": k}})
                  for k in range(1, self.pages(self.reports) + 1)]
        return [Step(self.list_url(self.reports)), *(Step(self.url("/graphql"), "POST", b, "application/json") for b in bodies)]
