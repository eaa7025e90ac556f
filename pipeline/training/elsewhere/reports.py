"""Open-i chest radiograph reports: which are normal, and what the coders' headings say."""

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotations import Mention, mentions_of
from pipeline.assembly import annotate_cases
from pipeline.records import Case
from pipeline.scoring.counting import Score
from pipeline.terminology.normal_form import normal_key
from pipeline.tokenizer import TOKEN
from pipeline.training.elsewhere.records import Record, read_records

#: headings that say nothing of the patient
NO_FINDING = ("normal", "No Indexing", "Technical Quality of Image Unsatisfactory")
_BODY = ("FINDING", "DIAGNOSIS", "SIGNAL", "ANATOMY")


def measure_openi(folder: Path, nlp: Language, seed: int) -> dict[str, Score]:
    """Compare findings and impression of reports with the coders' headings.

    `normal reports`: the share of reports coded `normal` of which we state nothing abnormal: no key
    finding (present, no normal observation) and no present diagnosis. `abnormal reports`: reports
    coded with any finding, against those in which we state one. `headings`: the share of the
    coders' main headings (what stands before `/`) that a mention of the report names, absent ones
    left out: all words of the heading stand in the mention or in its concept's name, or both have
    one concept. Devices and surgical material are among the headings, but no mentions of ours.
    """
    scores = {name: Score() for name in ("normal reports", "abnormal reports", "headings")}
    known: dict[str, Doc] = {}
    for record in read_records(folder / "corpora/openi.jsonl.gz"):
        headings = [heading.split("/")[0].strip() for heading in record["MeSH"].split(";")]
        text = "\n".join(record[key] for key in ("findings", "impression") if record[key])
        if not text or headings[0] == "No Indexing":
            continue
        doc = _read(nlp, record, text)
        normal, stated = headings == ["normal"], _is_abnormal(doc)
        if normal:
            scores["normal reports"].add(not stated, 1, not stated, 1)
        both = stated and not normal
        scores["abnormal reports"].add(both, not normal, both, stated)
        for heading in set(headings) - set(NO_FINDING):
            if heading not in known:
                known[heading] = nlp(heading)
            hit = _named(doc, heading, known[heading])
            scores["headings"].add(hit, 1, hit, 1)
    return scores


def _read(nlp: Language, record: Record, text: str) -> Doc:
    case = Case(record["uid"], text, sections=(("findings", 0, len(text)),))
    return next(annotate_cases(nlp, [case]))


def _is_abnormal(doc: Doc) -> bool:
    return any(
        m["key_finding"] or (m["label"] == "DIAGNOSIS" and m["status"] == "present")
        for m in mentions_of(doc)
    )


def _named(doc: Doc, heading: str, known: Doc) -> bool:
    words = _words(heading)
    concepts = {m["concept_id"] for m in mentions_of(known) if m["concept_id"]}
    return any(
        mention["concept_id"] in concepts or words <= _words_of(doc, mention)
        for mention in mentions_of(doc)
        if mention["label"] in _BODY and mention["status"] != "absent"
    )


def _words_of(doc: Doc, mention: Mention) -> set[str]:
    tokens = doc[mention["start"] : mention["end"]]
    return _words(tokens.text) | _words(mention["concept_name"])


def _words(text: str) -> set[str]:
    return set(normal_key(TOKEN.findall(text)).split()) - {","}
