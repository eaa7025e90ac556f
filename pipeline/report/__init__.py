"""A run as one page that opens from disk: overview, findings, and a reader of its cases.

    report    ->  sample    which cases the page holds, where all would be too many
                  texts     their texts, found in the inputs again and checked
                  overview  counts over the whole run
                  rows      the rows of `findings`, column by column
                  rules     what the rules are that decided something
                  reading   a case as the reader shows it
                  page      the parts of the page, with its policy and its scripts

A run folder holds no case texts; the page does, as far as they are found.
"""
