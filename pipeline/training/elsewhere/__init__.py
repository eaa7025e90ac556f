"""The pipeline on corpora that others annotated, for other ends than ours.

measuring   names of corpora -> figures of all of them
adaptation  MACCROBAT again, by a recogniser trained on its other half
documents   MACCROBAT, E3C, NCBI disease, BC5CDR: mentions
sentences   NegEx: negated and historical
captions    MedPix captions and cases: modality, plane, age, sex
reports     Open-i: normal reports, coders' headings
conditions  Ada: finding x condition pairs
links       E3C, Mantra, NCBI disease, BC5CDR: concepts of given mentions

Labels and spans follow other guides than ours, so the figures say how well radtab does on other
texts, and how far the guides differ, in one.
"""
