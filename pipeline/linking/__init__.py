"""The words of a mention -> the concepts it may name, the best first.

outside      names that users bring, as terms
stacked      several sources of names as one, in order
endings      a name with a word in another form
polarity     whether two names that are spelt alike may mean the same
near         names spelt much like the mention
senses       which concept of an abbreviation the case speaks of
expansions   the long form of an abbreviation of the case
finder       all of these, in order of how much they are worth
loading      settings -> a finder
asking       a text that is one mention -> rows of candidates
"""
