"""Side, brightness and numbers of a mention."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.terminology.attributes import canonical_value, intensity, laterality, measurement
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
    ],
)  # fmt: skip
def test_measurement(text, value, unit):
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
