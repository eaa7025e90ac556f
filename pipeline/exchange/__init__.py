"""A run in the forms of other programs, and what people corrected there back as gold.

run_cases      a run and its texts -> cases with their rows
export         cases -> a folder in one of the forms: brat, docbin, labelstudio, omop
brat, docbin, label_studio, omop   the forms; brat_files names files, brat_lines and
               label_studio_tasks read back what people changed
gold_form      a case as the run has it, or as read back -> a gold case
gold_import    a folder or file of brat or Label Studio -> gold JSON lines
"""
