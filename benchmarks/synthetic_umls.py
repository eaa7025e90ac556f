"""Write an RRF of the UMLS's size and shape, of invented names, the same for the same seed.

    python -m benchmarks.synthetic_umls FOLDER --concepts 1500000

writes MRCONSO.RRF, MRSTY.RRF and MRREL.RRF: 8 names for 3 concepts that are English and not
suppressible (4 million for 1.5 million), every tenth as many in Spanish or suppressible. Names are
composed as they are in the UMLS: diseases of a place (`chronic stenosis of left renal artery`),
the same turned round, in capitals or with the tag of SNOMED CT, plurals, drugs with strength and
form, genes, organisms with invented Latin.
"""

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

DEGREES = (
    "acute chronic recurrent severe mild primary secondary congenital acquired benign "
    "malignant diffuse focal idiopathic traumatic postoperative juvenile atypical complex "
    "open closed early late partial complete progressive transient hereditary"
).split()
SIDES = "left right bilateral proximal distal anterior posterior medial lateral upper lower".split()
PARTS = (
    "femur tibia humerus radius ulna clavicle sternum rib sacrum patella calcaneus talus "
    "liver spleen pancreas kidney ureter bladder prostate uterus ovary breast lung pleura "
    "bronchus trachea heart aorta carotid_artery renal_artery portal_vein brain cerebellum "
    "pons thalamus pituitary orbit retina cochlea mandible maxilla tongue larynx pharynx "
    "thyroid esophagus stomach duodenum jejunum ileum appendix colon rectum skin tendon "
    "meniscus knee hip ankle wrist elbow shoulder cervical_spine lumbar_spine "
    "intervertebral_disc spinal_cord sciatic_nerve optic_nerve adrenal gallbladder bile_duct "
    "peritoneum mesentery lymph_node thymus parotid_gland sinus tooth"
).split()
HEADS = (
    "fracture carcinoma adenoma stenosis aneurysm infarction hemorrhage abscess cyst edema "
    "atrophy hypertrophy neoplasm sarcoma lymphoma metastasis inflammation ulcer perforation "
    "obstruction thrombosis embolism calcification dislocation effusion injury laceration "
    "rupture tumour fistula necrosis fibrosis hyperplasia dysplasia malformation infection "
    "contusion degeneration"
).split()
ACTS = "biopsy excision repair imaging aspiration drainage incision replacement injection".split()
FORMS = ("oral tablet", "oral capsule", "injectable solution", "topical cream", "nasal spray")
#: tails of the names that SNOMED CT tags, by semantic type
TAGS = {"T047": "disorder", "T023": "body structure", "T061": "procedure", "T121": "substance"}
NAMES_A_CONCEPT = (1, 2, 2, 3, 3, 5)
TYPES = (
    ("T047", "Disease or Syndrome"), ("T023", "Body Part, Organ, or Organ Component"),
    ("T061", "Therapeutic or Preventive Procedure"), ("T121", "Pharmacologic Substance"),
    ("T028", "Gene or Genome"), ("T204", "Eukaryote"),
)  # fmt: skip
_CONSONANTS, _VOWELS = "bcdfghklmnprstvz", "aeiou"


class NameMaker:
    """Compose names by chance."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        parts = [part.replace("_", " ") for part in PARTS]
        self.parts = parts + [f"{self.word(2)} {part}" for part in parts for _ in range(6)]
        self.modifiers = DEGREES + [self.word(3) + "ic" for _ in range(4000)]
        self.heads = HEADS + [self.word(3) + self.chance.choice(("itis", "osis", "oma", "pathy"))
                              for _ in range(6000)]  # fmt: skip
        self.drugs = [self.word(3) + self.chance.choice(("ine", "ol", "amide", "mab", "ate"))
                      for _ in range(60_000)]  # fmt: skip
        self.latin = [self.word(3) + self.chance.choice(("us", "a", "is", "ella"))
                      for _ in range(80_000)]  # fmt: skip

    def word(self, syllables: int) -> str:
        """Invent a word."""
        choice = self.chance.choice
        return "".join(choice(_CONSONANTS) + choice(_VOWELS) for _ in range(syllables))

    def name(self, tui: str) -> str:
        """Compose a name of a concept of a type."""
        choice = self.chance.choice
        if tui == "T047":
            place = f"{choice(SIDES)} {choice(self.parts)}"
            return f"{choice(self.modifiers)} {choice(self.heads)} of {place}"
        if tui == "T023":
            return f"{choice(self.modifiers)} {choice(SIDES)} {choice(self.parts)} {self.word(2)}"
        if tui == "T061":
            return f"{choice(ACTS)} of {choice(SIDES)} {choice(self.parts)} by {choice(self.drugs)}"
        if tui == "T121":
            return f"{choice(self.drugs)} {self.chance.randrange(1, 999)} MG {choice(FORMS)}"
        if tui == "T028":
            return (
                f"{self.word(2).upper()}{self.chance.randrange(1, 99)} gene, {choice(self.latin)}"
            )
        return f"{choice(self.latin).capitalize()} {choice(self.latin)} {self.word(2)}"

    def variants(self, name: str, tui: str) -> Iterator[str]:
        """Give other spellings of a name, then names of its own kind, without end."""
        words = name.split()
        yield f"{' '.join(words[1:])}, {words[0]}"
        if tui in TAGS:
            yield f"{name} ({TAGS[tui]})"
        if self.chance.random() < 1 / 2:
            yield self.chance.choice((name.capitalize(), name + "s", name.upper()))
        while True:
            yield self.name(tui)


def write_umls(folder: Path, concepts: int, seed: int = 0) -> int:
    """Write the files; give the number of names that are English and not suppressible."""
    folder.mkdir(parents=True, exist_ok=True)
    maker = NameMaker(seed)
    taken = 0
    with (
        (folder / "MRCONSO.RRF").open("w", encoding="utf-8", newline="\n") as names,
        (folder / "MRSTY.RRF").open("w", encoding="utf-8", newline="\n") as types,
        (folder / "MRREL.RRF").open("w", encoding="utf-8", newline="\n") as relations,
    ):
        for number in range(1, concepts + 1):
            cui = f"C{number:07d}"
            tui, type_name = maker.chance.choice(TYPES)
            types.write(f"{cui}|{tui}|A1.2|{type_name}|AT{number:08d}|256|\n")
            parent = f"C{maker.chance.randrange(1, number + 1):07d}"
            relations.write(f"{cui}|A{number}|AUI|PAR|{parent}|A1|AUI||R{number}||SRC|SRC|||N||\n")
            rows = list(_rows(maker, tui, NAMES_A_CONCEPT[number % len(NAMES_A_CONCEPT)]))
            taken += sum(row[0] == "ENG" and row[3] == "N" for row in rows)
            names.writelines(_lines(cui, number, rows))
    return taken


def _rows(maker: NameMaker, tui: str, wanted: int) -> Iterator[tuple[str, str, str, str]]:
    """Give language, source, name and suppression of the rows of a concept."""
    name = maker.name(tui)
    yield "ENG", "SNOMEDCT_US", name, "N"
    for variant, source in zip(
        maker.variants(name, tui), ("MSH", "SNOMEDCT_US", "NCI", "MTH"), strict=False
    ):
        if (wanted := wanted - 1) <= 0:
            break
        yield "ENG", source, variant, "N"
    if maker.chance.random() < 1 / 4:
        yield maker.chance.choice((("SPA", "SCTSPA", f"{name} es", "N"), ("ENG", "NCI", name, "O")))


def _lines(cui: str, number: int, rows: list[tuple[str, str, str, str]]) -> Iterator[str]:
    for place, (language, source, name, suppressed) in enumerate(rows):
        status = "P|L1|PF|S1|Y" if place == 0 else "S|L1|VO|S1|N"
        atom = f"A{number}{place}"
        yield (
            f"{cui}|{language}|{status}|{atom}||{number}||{source}|PT|{number}|{name}|0|"
            f"{suppressed}|256|\n"
        )


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--concepts", type=int, default=1_500_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    print(f"{write_umls(asked.folder, asked.concepts, asked.seed):,} names")


if __name__ == "__main__":
    main()
