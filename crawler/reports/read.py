"""From the normalised files of a finding to one report: the fullest file is read, the others lend what it lacks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import quote, unquote, urlsplit

from crawler.reports.agency import STRONG, Named, agency_candidates, choose_agency
from crawler.reports.cells import TablesReading, read_tables
from crawler.reports.checks import has_figure, run_checks
from crawler.reports.contact import read_contact
from crawler.reports.dates import publication, signature
from crawler.reports.forms import load_forms
from crawler.reports.language import read_language
from crawler.reports.letters import without_letter
from crawler.reports.material import Material, PrintedTitle, gather, tidy
from crawler.reports.names import AgencyName, full_name, read_name, same_body
from crawler.reports.period import PeriodReading, read_period
from crawler.reports.prose import prose_checks
from crawler.reports.recognise import Figures, Recognition, recognise
from crawler.reports.region import admin_level, locate, surroundings
from crawler.reports.regions import Region, by_code
from crawler.reports.scope import read_scope
from crawler.reports.sections import read_sections
from crawler.reports.year import choose_year, year_candidates
from gongkai.address import host_of
from gongkai.capture import Hints
from gongkai.chinese import fold
from gongkai.document import Document
from gongkai.report import Evidence, Reading, Report, Section, SourceDocument
from gongkai.site import AgencySite
from gongkai.succession import may_precede
from gongkai.title import read_title

_TABLES_SINCE = 2019  # the first report year whose form has the three tables
_CARRIES = re.compile(r"公开.{0,20}(?:报告|年报)")


@dataclass(frozen=True)
class _Leaf:
    """One source with what was read from it alone: from `document`, its own without a letter before the report."""

    source: SourceDocument
    document: Document
    letter: str
    material: Material
    tables: TablesReading
    recognition: Recognition

    @property
    def substance(self) -> float:
        """How much of a report it holds: filled tables first, then prose; a picture edition holds none."""
        tables = sum(has_figure(t) for t in self.tables.tables.values())
        title = self.material.title()
        picture = title is not None and title.reading.edition == "picture"
        unlike = self.recognition.kind != "annual_report"
        prose = min(len(self.material.text), 20_000) / 1000
        return 20.0 * tables + prose - (15.0 if picture else 0.0) - (30.0 if unlike else 0.0)


def read_report(sources: Sequence[SourceDocument], *, site: AgencySite | None = None, hints: Hints | None = None,
                url: str | None = None) -> Reading:
    """Recognises and reads a finding. Every field has its evidence, losing candidates kept; a look-alike gets its kind
    and title only. `hints` and `site` are weighed below the document's own words."""
    if not sources:
        raise ValueError("a reading needs at least one source document")
    sources = [part for source in sources for part in unpacked(source)]
    leaves = [_leaf(source, sources, hints or Hints(), url) for source in sources]
    main = max(range(len(leaves)), key=lambda i: (leaves[i].substance, -i))
    return Reading(tuple(sources), main, _report(leaves, main, site))


def unpacked(source: SourceDocument) -> list[SourceDocument]:
    """A file as it is; an archive as the fullest document inside, in its place, and the others as further files whose
    addresses are the archive's with their names behind ``#``."""
    members = source.document.members
    if not members:
        return [source]
    first = replace(source, document=replace(source.document, members=()))
    return [first, *(SourceDocument("attachment", f"{source.url}#{quote(member.name)}", source.raw_sha256,
                                    member.document) for member in members)]


def _leaf(source: SourceDocument, sources: Sequence[SourceDocument], hints: Hints, url: str | None) -> _Leaf:
    address = source.url or (url if source.role == "page" else None)
    linked = next((f.text for s in sources for f in s.document.files if f.url == source.url and f.text), "")
    own_hints = hints if source.role == "page" or not linked else replace(hints, anchor=linked)
    document, letter = without_letter(source.document)
    material = gather(document, url=address, hints=own_hints)
    if name := _file_name(address):
        material = replace(material, titles=(*material.titles, PrintedTitle("anchor", name, read_title(name))))
    tables = read_tables(document)
    known = list(tables.tables.values()) if tables.form_id else []  # a provincial table tells no report by itself
    figures = Figures(len(known), any(map(has_figure, known)))
    extras = source.document.images + len(source.document.files) + len(sources) - 1
    return _Leaf(source, document, letter, material, tables, recognise(
        material, figures, extras=extras, readable=source.document.status in ("ok", "partial")))


def _file_name(address: str | None) -> str:
    """A Chinese file name in the address says what a title says (…/2020年政府信息公开工作年度报告.pdf)."""
    parts = urlsplit(address or "")
    name = unquote((parts.fragment or parts.path).rsplit("/", 1)[-1])
    return name if re.search(r"[\u4e00-\u9fff]{4}", name) else ""


def _report(leaves: list[_Leaf], main: int, site: AgencySite | None) -> Report:
    leaf = leaves[main]
    kind = _kind(leaves, main)
    others = [other for i, other in enumerate(leaves) if i != main]
    same = [other for other in others if not _differs(leaf, other)]
    leaf = _with_tables(leaf, same)
    material = _with_others(leaf.material, others)
    warnings = [*leaf.tables.warnings, *_provenance(leaves, site)]
    if kind != "annual_report":
        return Report(kind, title=_any_title(material), evidence=leaf.recognition.evidence, warnings=tuple(warnings))
    warnings += [f"finding: another report is in it: {unquote(other.source.url)}" for other in others
                 if other not in same and other.recognition.kind == "annual_report"]
    return _Reader(leaf, same, material, site, warnings, list(leaf.recognition.evidence)).report()


def _differs(leaf: _Leaf, other: _Leaf) -> bool:
    """Whether the titles of two files name other years or other agencies: not parts of one report."""
    mine, theirs = ([title.reading for title in one.material.titles if title.reading.kind == "annual_report"]
                    for one in (leaf, other))
    years = {t.year for t in mine if t.year}, {t.year for t in theirs if t.year}
    agencies = {t.agency for t in mine if t.agency}, {t.agency for t in theirs if t.agency}
    return any(one and two and one.isdisjoint(two) for one, two in (years, agencies))


def _with_tables(leaf: _Leaf, others: list[_Leaf]) -> _Leaf:
    """The main file with the statutory tables that only other files have (a sheet each, and the prose on the page)."""
    read = leaf.tables
    for number, other in sorted(enumerate(others, 2), key=lambda pair: pair[1].tables.form_id is None):
        theirs = other.tables
        if theirs.form_id is None and read.form_id and other.document.tables:
            theirs = _coherent(read_tables(other.document, read.form_id))
        lent = {key: table for key, table in theirs.tables.items() if key not in read.tables and has_figure(table)}
        if not lent or read.form_id not in (None, theirs.form_id):
            continue
        marked = {key: {row: {column: replace(cell, where=f"file {number} {cell.where}")
                              for column, cell in cells.items()} for row, cells in table.items()}
                  for key, table in lent.items()}
        found = {f"{key}: the table was not found" for key in lent}
        warnings = [*(w for w in read.warnings if w not in found),
                    *(f"{key}: read from another file: {other.source.url}" for key in lent),
                    *(w for w in theirs.warnings if not w.endswith(": the table was not found"))]
        read = replace(read, form_id=theirs.form_id, form_quote=read.form_quote or theirs.form_quote,
                       tables=read.tables | marked, warnings=tuple(warnings),
                       ways=read.ways | {key: theirs.ways[key] for key in lent if key in theirs.ways})
    return replace(leaf, tables=read)


def _coherent(read: TablesReading) -> TablesReading:
    """The tables whose sums all hold: of a file that shows no form nothing else says that they are the form's."""
    failed = [key for key in read.tables if not has_figure(read.tables[key]) or any(
        check.state != "pass" for check in run_checks(read.form_id, {key: read.tables[key]}, only=key))]
    return replace(read, tables={key: table for key, table in read.tables.items() if key not in failed})


def _with_sections(own: Sequence[Section], others: list[_Leaf], form_id: str | None) -> tuple[Section, ...]:
    """The main file's sections, and in their order those that only another file of the report has."""
    found = {section.key: section for section in own}
    lent = [section for other in others if other.recognition.kind == "annual_report"
            for section in read_sections(other.document, form_id) if section.key != "preamble" and section.text.strip()]
    for section in lent:
        if section.key not in found or not found[section.key].text.strip():
            found[section.key] = section
    form = load_forms().get(form_id or "", load_forms()["cn-gov-2014stat"])
    place = {key: at for at, key in enumerate(["preamble", *(section.key for section in form.sections)])}
    changed = len(found) > len(own) or any(section is not found[section.key] for section in own)
    return tuple(sorted(found.values(), key=lambda one: place.get(one.key, len(place)))) if changed else tuple(own)


def _kind(leaves: list[_Leaf], main: int) -> str:
    """The main file's kind; a page that only announces its report by title carries unread attachments with it."""
    kinds = [leaf.recognition.kind for leaf in leaves]
    page = next((i for i, leaf in enumerate(leaves) if leaf.source.role == "page"), main)
    return "annual_report" if "annual_report" in (kinds[main], kinds[page]) else kinds[page]


def _with_others(material: Material, others: list[_Leaf]) -> Material:
    """The main file's material, with the titles, metadata and address the other files of the finding add."""
    metadata = dict(material.metadata)
    for other in others:
        metadata = other.material.metadata | metadata
    titles = (*material.titles, *(t for other in others for t in other.material.titles))
    page = next((o.material.url for o in others if o.source.role == "page"), None)
    return replace(material, titles=titles, metadata=metadata, url=page or material.url)


def _provenance(leaves: list[_Leaf], site: AgencySite | None) -> list[str]:
    """Copies on foreign hosts are plentiful and altered; whether a host may be asked is decided where it is fetched."""
    known = host_of(site.url) if site else ""
    hosts = dict.fromkeys(host_of(leaf.source.url) for leaf in leaves if leaf.source.url)
    return [f"provenance: {host} is not a .gov.cn host" for host in hosts
            if host and host != known and not host.endswith(".gov.cn")]


def _torn(known: str, printed: str) -> bool:
    """Whether a name lacks a known one's first character: some PDF fonts give no Unicode for a rare place name."""
    return len(printed) > 4 and fold(known)[1:] == fold(printed).lstrip("□\ufffd")


def _any_title(material: Material) -> str | None:
    named = [t for t in material.titles if t.reading.kind not in ("unknown", "list_page")]
    return next((t.text for t in (*named, *material.titles) if t.source != "anchor"), None)


def _day(evidence: Evidence | None) -> date | None:
    return date.fromisoformat(evidence.value) if evidence else None


class _Reader:
    """Fills the fields of one recognised report, gathering evidence and warnings on the way."""

    def __init__(self, leaf: _Leaf, others: list[_Leaf], material: Material, site: AgencySite | None,
                 warnings: list[str], evidence: list[Evidence]) -> None:
        self.leaf, self.others, self.material, self.site = leaf, others, material, site
        self.warnings, self.evidence = warnings, evidence

    def report(self) -> Report:
        material, document = self.material, self.leaf.document
        if self.leaf.letter:
            self.evidence.append(Evidence("letter", self.leaf.letter[:120], "content", "", 0.9, chosen=True))
        period = read_period(material)
        signed, published = signature(material), self._published()
        contact, contact_evidence = read_contact(material)
        self.evidence += contact_evidence
        best = self._year(period, signed, published)
        year = int(best.value) if best else None
        form_id = self._form(year)
        if year is not None and year >= _TABLES_SINCE and not self.leaf.tables.tables:
            self.warnings.append(f"tables: none of the statutory tables was found in a report for {year}")
        name, region = self._agency(contact.address)
        agency, filed_under, own = self._filing(name, region, year)
        if own and region is None:
            region = self._site_region()
        if signed is not None:
            self.evidence.append(replace(signed, chosen=True))
        if period is not None:
            days = f"{period.period.start}/{period.period.end}"
            self.evidence.append(Evidence("statistics_period", days, "period", period.quote))
        ocr = document.extractor == "ocr"
        for key, ways in self.leaf.tables.ways.items():
            taken = " ".join(filter(None, (document.extractor or document.doc_format, ways[0])))
            tried = f"tried: {', '.join(ways)}" if len(ways) > 1 else ""
            self.evidence.append(Evidence(f"tables.{key}", taken, "extractor", tried, 0.9 if ocr else 1.0))
        tables = self.leaf.tables.tables if self.leaf.tables.form_id or form_id == "cn-gov-pre2014" else {}
        meant = read_name(filed_under) if filed_under else None
        sections = _with_sections(read_sections(document, self.leaf.tables.form_id), self.others,
                                  self.leaf.tables.form_id)
        level = admin_level(meant, region)
        scope = read_scope(name.name if name else meant, material)
        language = read_language(document.text)
        self._derived(level, scope, language, meant)
        return Report(
            kind="annual_report", report_year=year, report_year_source=best.source if best else None,
            agency=agency, filed_under=filed_under, own=own, region_code=region.code if region else None,
            admin_level=level, scope=scope, language=language.value if language else None,
            form_id=form_id, title=self._title(), published=_day(published), signature_date=_day(signed),
            statistics_period=period.period if period else None, contact=contact,
            sections=sections, tables=tables,
            checks=(*run_checks(self.leaf.tables.form_id, tables), *prose_checks(sections, tables)),
            evidence=tuple(self.evidence), warnings=tuple(dict.fromkeys(self.warnings)))

    def _derived(self, level: str | None, scope: str, language: Evidence | None, meant: AgencyName | None) -> None:
        """The evidence of fields that follow from the agency, the place and the text."""
        if level is not None:
            self.evidence.append(Evidence("admin_level", level, "agency" if meant else "page",
                                          meant.printed if meant else "", 0.9 if meant else 0.5))
        if scope != "unknown":
            self.evidence.append(Evidence("scope", scope, "agency", meant.printed if meant else "", 0.8))
        if language is not None:
            self.evidence.append(language)

    def _title(self) -> str | None:
        titles = [t for t in self.material.titles if t.reading.kind == "annual_report"]
        if not titles:  # a letter's name, where the report goes on below it without a title of its own
            carriers = (t.text for t in self.material.titles if t.reading.year and _CARRIES.search(t.text))
            return next(map(tidy, carriers), None)
        first = titles[0]
        fuller = [t for t in titles if t.reading.agency and t.reading.year and t.source != "anchor"]
        return tidy((fuller or [first])[0].text)

    def _published(self) -> Evidence | None:
        found = publication(self.material)
        self.evidence += [replace(e, chosen=i == 0) for i, e in enumerate(found)]
        return found[0] if found else None

    def _year(self, period: PeriodReading | None, signed: Evidence | None,
              published: Evidence | None) -> Evidence | None:
        candidates = year_candidates(self.material, period, signed, published, self.leaf.tables.form_id)
        best = choose_year(candidates)
        self.evidence += [replace(c, chosen=c is best) for c in candidates]
        if best is None:
            self.warnings.append("year: nothing in the document says which year it describes")
        elif period is not None and period.year and str(period.year) != best.value:
            self.warnings.append(f"year: the {best.source} says {best.value}, the statistics period {period.year}")
        return best

    def _form(self, year: int | None) -> str | None:
        """The form its tables show; without tables the years before 2019 tell, when no national table existed or the
        report may be free text. Later reports without tables keep an unknown form."""
        tables = self.leaf.tables
        if tables.form_id:
            self.evidence.append(Evidence("form_id", tables.form_id, "form", tables.form_quote[:120]))
            return tables.form_id
        if year is None or year >= 2019:
            return None
        form_id = "cn-gov-pre2014" if year <= 2013 else "cn-gov-2014stat"
        self.evidence.append(Evidence("form_id", form_id, "year", f"a report for {year}", 0.6))
        return form_id

    def _agency(self, address: str | None) -> tuple[Named | None, Region | None]:
        candidates = agency_candidates(self.material)
        chosen = choose_agency(candidates)
        if self.site is not None and self.site.agency and (chosen is None or self._weaker_than_site(chosen)):
            chosen = Named(read_name(self.site.agency), "site", self.site.url, 0.6)
            candidates = [*candidates, chosen]
        self.evidence += [c.evidence(chosen=chosen is not None and c.name == chosen.name) for c in candidates]
        around = surroundings(self.material, address, self.site)
        region = locate(chosen.name if chosen else None, around)
        if region is not None:
            self.evidence.append(Evidence("region_code", region.code, "agency" if chosen else "page", region.full_name))
        return chosen, region

    def _weaker_than_site(self, chosen: Named) -> bool:
        """Whether only the page around the report (来源, site name) speaks for another body than the site's own."""
        return chosen.source not in STRONG and not self._site_names(chosen.name)

    def _site_names(self, name: AgencyName) -> str | None:
        if self.site is None or not self.site.agency:
            return None
        known = (self.site.agency, *self.site.former_names)
        exact = [k for k in known if read_name(k).key == name.key and same_body(k, name.printed)]
        return exact[0] if exact else next((k for k in known if _torn(k, name.printed)), None)

    def _site_region(self) -> Region | None:
        """The place the site's row gives, for a name whose place the list does not know."""
        region = by_code().get((self.site and self.site.region_code) or "")
        if region is not None:
            self.evidence.append(Evidence("region_code", region.code, "site", region.full_name))
        return region

    def _filing(self, named: Named | None, region: Region | None,
                year: int | None) -> tuple[str | None, str | None, bool]:
        """Agency as the document has it in full, the name it is filed under, and whether that is the site's own."""
        if named is None:
            return None, None, False
        if matched := self._site_names(named.name):
            return matched, self.site.agency if self.site else matched, True
        name = full_name(named.name, region)
        if self._precedes_site(name, year):
            self.evidence.append(Evidence("filed_under", self._site_agency, "succession", name, 0.6))
            return name, self._site_agency, True
        return name, name, False

    @property
    def _site_agency(self) -> str:
        return (self.site.agency if self.site else None) or ""

    def _precedes_site(self, name: str, year: int | None) -> bool:
        """Whether the site's agency may have been called this in that year: same place and line of duty before the
        reforms, and found in the agency's own part of the web, not in a list of many bodies."""
        if not self._site_agency or not self.material.hints.own_part or year is None:
            return False
        return may_precede(name, self._site_agency, year)
