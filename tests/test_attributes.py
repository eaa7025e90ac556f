"""Side, brightness and numbers of a mention."""

import re

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Span

from pipeline.annotations import mentions_of
from pipeline.errors import ResourceError
from pipeline.stages.entities import make_entity_merger
from pipeline.terminology.attributes import canonical_value, intensity, laterality, measurement
from pipeline.terminology.vertebral_levels import LevelReader, vertebral_level
from pipeline.tokenizer import TOKEN


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("left lower lobe", "left"), ("R lung", "right"), ("right and left kidneys", "bilateral"),
        ("both hands", "bilateral"), ("bilaterally", "bilateral"), ("midline", "midline"),
        ("liver", ""), ("r lung", ""), ("left-sided", "left"), ("", ""),
    ],
)  # fmt: skip
def test_laterality(text, side):
    assert laterality(TOKEN.findall(text)) == side


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("high T2 signal", "hyper"), ("T2 hyperintensity", "hyper"), ("hypodense", "hypo"),
        ("low to intermediate signal intensity", "mixed"), ("iso- to hypointense", "mixed"),
        ("increased lucency", "hypo"), ("opacity", "hyper"), ("less echogenic", "hypo"),
        ("heterogeneous enhancement", "enhancing"), ("lack of enhancement", "nonenhancing"),
        ("nonenhancing", "nonenhancing"), ("restricted diffusion", "restricted"),
        ("higher", "hyper"), ("less", "hypo"), ("similar", "iso"), ("flow voids", "flow void"),
        ("increased radiotracer uptake", "hyper"), ("uptake", "uptake"), ("anechoic", "anechoic"),
        ("fat density", "fat"), ("abnormal signal", "abnormal"), ("spleen", ""), ("", ""),
        ("abnormal increased T2 signal", "hyper"), ("heterogeneous signal", "mixed"),
    ],
)  # fmt: skip
def test_intensity(text, value):
    assert intensity(TOKEN.findall(text)) == value


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("3.2 x 2.1 cm", "32 x 21", "mm"), ("5x5x8cm", "50 x 50 x 80", "mm"),
        ("2cm x 5 mm", "20 x 5", "mm"), ("6.5 by 5cm", "65 x 50", "mm"),
        ("2 to 3 cm", "20-30", "mm"),
        ("0.5\u20131.0 cm", "5-10", "mm"), ("two centimeter", "20", "mm"), (">5mm", ">5", "mm"),
        ("&lt;5 mm", "<5", "mm"), ("40 HU", "40", "HU"), ("HU measuring 17", "17", "HU"),
        ("HU = -50", "-50", "HU"), ("-100 HU", "-100", "HU"), ("1,200 mL", "1200", "mL"),
        ("1.5 liters", "1500", "mL"), ("30 cc", "30", "mL"), ("140/90", "140/90", ""),
        ("12.5", "12.5", ""), ("1,5 cm", "15", "mm"), ("<50%", "<50", "%"),
        ("2 inches", "50.8", "mm"),
        ("2.1 mg/dL", "2.1", "mg/dL"), ("cm", "", "mm"), ("", "", ""),
        ("5.1 cm (CC) x 3.0 cm (AP) x 2.4 cm", "51 x 30 x 24", "mm"),
        ("2 x 3 cm", "20 x 30", "mm"), ("1.5 by 2 cm", "15 x 20", "mm"), ("5-6 mm", "5-6", "mm"),
        ("3cm", "30", "mm"), ("1.5 by 2", "1.5 x 2", ""), ("2-mm", "2", "mm"),
        ("4 cm by 15 mm", "40 x 15", "mm"), ("3.0 x 2.0 x 1.0 cm", "30 x 20 x 10", "mm"),
        ("-20 to -30 HU", "-20--30", "HU"), ("35 Hounsfield units", "35", "HU"),
        ("70HU", "70", "HU"), ("0.8 cm", "8", "mm"), ("2.5 \u00d7 3 cm", "25 x 30", "mm"),
    ],
)  # fmt: skip
def test_measurement(text, value, unit):
    assert measurement(text) == (value, unit)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [("10\u00b2 mm", "10", "mm"), ("0\u00b2A", "0", ""), ("\u00b2\u00b0", "", "deg")],
)
def test_a_raised_digit_is_no_number(text, value, unit):
    assert measurement(text) == (value, unit)


@given(st.text(alphabet="0123456789.,-x/<>% cmHU\n", max_size=40))
def test_any_measurement_text_gives_two_strings(text):
    value, unit = measurement(text)
    assert re.fullmatch(r"[\d.e+<>x/ -]*", value)
    assert unit in ("", "mm", "mm2", "mm3", "mL", "HU", "%")


@pytest.mark.parametrize(
    ("label", "text", "value"),
    [
        ("MODALITY", "MRI", "MR"), ("MODALITY", "MR", "MR"), ("MODALITY", "chest x-ray", "XR"),
        ("MODALITY", "CT angiogram", "CT"), ("MODALITY", "ultrasound", "US"),
        ("SEQUENCE", "T1", "T1"), ("SEQUENCE", "T2-weighted", "T2"),
        ("SEQUENCE", "delayed", "delayed phase"),
        ("SEQUENCE", "FLAIR", "FLAIR"), ("SEQUENCE", "post gadolinium", "post-gadolinium"),
        ("PLANE", "axial", "axial"), ("PLANE", "PA", "posteroanterior"), ("PLANE", "bilateral", ""),
        ("MODALITY", "test", ""), ("ANATOMY", "MRI", ""), ("SEQUENCE", "", ""),
    ],
)  # fmt: skip
def test_canonical_value(label, text, value):
    assert canonical_value(label, TOKEN.findall(text)) == value


@pytest.mark.parametrize(
    ("label", "text", "levels"),
    [
        ("ANATOMY", "L4-L5", "L4-L5"), ("ANATOMY", "L4-5 disc", "L4-L5"),
        ("ANATOMY", "L5/S1", "L5-S1"), ("ANATOMY", "T12", "T12"), ("ANATOMY", "C1 to C5", "C1-C5"),
        ("ANATOMY", "C1-2 level", "C1-C2"), ("ANATOMY", "T10 through L2", "T10-L2"),
        ("ANATOMY", "L4\u20135", "L4-L5"), ("ANATOMY", "T2 vertebral body", "T2"),
        ("ANATOMY", "T2", "T2"), ("ANATOMY", "C7 and T1", "C7, T1"), ("ANATOMY", "S1", "S1"),
        ("ANATOMY", "L3-4-5", "L3-L5"), ("ANATOMY", "fourth lumbar vertebra", "L4"),
        ("ANATOMY", "D12 vertebra", "T12"), ("ANATOMY", "D2", ""), ("ANATOMY", "liver", ""),
        ("ANATOMY", "T13", ""), ("ANATOMY", "L4-2", "L4"), ("ANATOMY", "", ""),
        ("DIAGNOSIS", "C1 fractures", "C1"), ("DIAGNOSIS", "T2 fracture", "T2"),
        ("DIAGNOSIS", "L5-S1 herniation", "L5-S1"), ("DIAGNOSIS", "T3 tumor", ""),
        ("DIAGNOSIS", "T12 metastasis", "T12"), ("FINDING", "T2 hyperintense matrix", ""),
        ("FINDING", "normal S1, S2", ""), ("FINDING", "T2/T3", ""),
        ("FINDING", "high T1 signal", ""), ("FINDING", "C7-T1 subluxation", "C7-T1"),
    ],
)  # fmt: skip
def test_vertebral_level(label, text, levels):
    assert vertebral_level(TOKEN.findall(text), label) == levels


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("L:1\tplace\tc\tC 8", "kind 'place'"), ("L:1\tletter\tc\t8", "value '8'"),
        ("L:1\tordinal\tfirst\tC", "value 'C'"), ("L:1\tlink\t-\t1", "value '1'"),
    ],
)  # fmt: skip
def test_bad_level_row(tmp_path, row, problem):
    path = tmp_path / "levels.tsv"
    path.write_text(f"id\tkind\ttext\tvalue\n{row}\n", encoding="utf-8")
    with pytest.raises(ResourceError, match=rf"^levels\.tsv:2: {problem}"):
        LevelReader(path)


def test_level_of_a_mention_by_its_label():
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "radtab_tokenizer"}}})
    doc = nlp("L4-5 disc bulge, T2 hyperintensity")
    for source in ("lexicon", "recogniser"):
        doc.spans[source] = [
            Span(doc, 0, 3, "ANATOMY"), Span(doc, 0, 5, "FINDING"), Span(doc, 6, 8, "SIGNAL"),
            Span(doc, 6, 7, "SEQUENCE"),
        ]  # fmt: skip
    mentions = mentions_of(make_entity_merger(nlp, "radtab_entities")(doc))
    levels = {(mention["label"], mention["level"]) for mention in mentions}
    assert levels >= {("ANATOMY", "L4-L5"), ("SEQUENCE", "")}
    assert ("SIGNAL", "T2") not in levels
