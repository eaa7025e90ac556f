"""Cut from mentions the words at their edges that are no part, by `mention_bounds.tsv`."""

from collections.abc import Iterator, Mapping, Sequence

from pipeline.recognition.member_joining import MemberJoiner
from pipeline.recognition.member_parting import MemberParter
from pipeline.recognition.mention_bounds import BoundWord
from pipeline.recognition.mention_text import MentionText
from pipeline.recognition.merging import Marked
from pipeline.terminology.normal_form import normal_form

#: labels whose names in the lexicon stay whole
_NAMED = frozenset(("FINDING", "DIAGNOSIS", "SIGNAL"))


class BoundCutter:
    """Cut mentions by rows, as `load_bound_words` gives them.

    A name in the lexicon stays whole: `small bowel obstruction` keeps `small`.
    """

    def __init__(self, rows: Mapping[str, Mapping[str, BoundWord]]) -> None:
        self._rows = rows
        self._parter = MemberParter(rows)
        self._joiner = MemberJoiner(rows)
        self._labels = frozenset(
            label for words in rows.values() for row in words.values() for label in row.cut_from
        )

    def cut(
        self, words: Sequence[str], found: Sequence[Marked], marked: Mapping[str, Sequence[Marked]]
    ) -> list[Marked]:
        """Give the mentions with their edges cut, and the ANATOMY cut off that is none yet.

        Args:
            words: the tokens of the text.
            found: its mentions; those of one label do not overlap.
            marked: spans by source; those of the lexicon are its names.
        """
        found = self._joiner.join(words, found)
        text = self._read(words, found, marked)
        kept: list[Marked] = []
        for mention in found:
            label, start, end, _ = mention
            if label not in self._labels or end - start == 1:
                kept.append(mention)
            elif label == "ANATOMY":
                kept += self._parter.members(mention, text)
            else:
                kept += self._bounded(mention, text)
        if not text.cut_off:
            return kept
        taken = {i for m in found if m.label == "ANATOMY" for i in range(m.start, m.end)}
        return kept + [m for m in text.cut_off if taken.isdisjoint(range(m.start, m.end))]

    def _bounded(self, mention: Marked, text: MentionText) -> Iterator[Marked]:
        """Give a mention with its edges cut, or the several that it holds."""
        inside = text.words[mention.start : mention.end]
        if self._parter.words.isdisjoint([word.lower() for word in inside]):
            yield self._cut(mention, text)
            return
        for whole in self._parter.parts(mention, text):
            for member in self._parter.members(whole, text):
                for part in self._placed_members(member, text):
                    yield self._cut(part, text)

    def _cut(self, mention: Marked, text: MentionText) -> Marked:
        mention = self._after_place(self._after_lead(mention, text), text)
        return self._named_disease(self._before_trail(mention, text), text)

    def _read(
        self, words: Sequence[str], found: Sequence[Marked], marked: Mapping[str, Sequence[Marked]]
    ) -> MentionText:
        terms: dict[int, list[Marked]] = {}
        for term in marked.get("lexicon", ()):
            if (start := term[1]) in terms:
                terms[start].append(term)
            else:
                terms[start] = [term]
        anatomy = [m for spans in marked.values() for m in spans if m[0] == "ANATOMY"]
        names = self._rows["name"]
        places = [m for m in anatomy if words[m.end - 1].lower() not in names]
        places.sort(key=lambda m: m.end)
        return MentionText(
            words,
            terms,
            {m.start: m for m in places},
            {m[2]: m for m in found if m[0] == "ANATOMY"},
        )

    def _after_lead(self, mention: Marked, text: MentionText) -> Marked:
        """Cut off words that open no mention, one after the other."""
        while (step := self._opener(mention, text)) is not None:
            row, start = step
            mention = mention._replace(start=start, rule=f"{mention.rule} {row.id}")
        return mention

    def _opener(self, mention: Marked, text: MentionText) -> tuple[BoundWord, int] | None:
        """Give the row of the word a mention opens with and where the mention goes on."""
        at, words, leads = mention.start, text.words, self._rows["lead"]
        row, on = leads.get(words[at].lower()), text.next_word(at + 1)
        if row is None and on < mention.end and words[on].lower() == "of":
            row, on = self._rows["aspect"].get(words[at].lower()), text.next_word(on + 1)
        if row is None or mention.label not in row.cut_from:
            return None
        if any(term.end > at + 1 for term in text.terms.get(at, ())):
            return None
        if on < mention.end and words[on].lower() in self._rows["join"]:
            on = text.next_word(on + 1)
            if on >= mention.end or words[on].lower() not in leads:
                return None
        return (row, on) if on < mention.end and words[on][0].isalnum() else None

    def _after_place(self, mention: Marked, text: MentionText) -> Marked:
        """Cut off the ANATOMY before a generic head."""
        place = text.place_from.get(mention.start)
        if place is None or place.end >= mention.end:
            return mention
        row = self._rows["head"].get(normal_form(text.words[mention.end - 1]))
        if row is None or mention.label not in row.cut_from:
            return mention
        terms = text.terms.get(mention.start, ())
        start = text.next_word(place.end)
        if (
            any(term.label in _NAMED and term.end >= mention.end for term in terms)
            or not text.words[start][0].isalnum()
            or text.words[start].lower() in {*self._rows["join"], *self._rows["trail"]}
        ):
            return mention
        text.cut_off.append(place)
        return mention._replace(start=start, rule=f"{mention.rule} {row.id}")

    def _before_trail(self, mention: Marked, text: MentionText) -> Marked:
        """Cut off `of the` ANATOMY."""
        place = text.place_to.get(mention.end)
        if place is None or place.start <= mention.start:
            return mention
        end = place.start
        while end > mention.start and self._is_passed_over(text.words[end - 1]):
            end -= 1
        end -= 1
        row = self._rows["trail"].get(text.words[end].lower())
        if row is None or end <= mention.start or mention.label not in row.cut_from:
            return mention
        before = (term for at in range(mention.start, end) for term in text.terms.get(at, ()))
        if any(term.label in _NAMED and term.end > end for term in before):
            return mention
        return mention._replace(end=text.word_end(end), rule=f"{mention.rule} {row.id}")

    def _placed_members(self, mention: Marked, text: MentionText) -> list[Marked]:
        """Part `thinning of the cortex and loss of trabeculae`: each side has its place."""
        words = text.words
        for at in range(mention.start + 1, mention.end - 1):
            row = self._rows["member"].get(words[at].lower())
            if row is None or mention.label not in row.cut_from:
                continue
            rule = f"{mention.rule} {row.id}"
            left = mention._replace(end=text.word_end(at), rule=rule)
            right = mention._replace(start=text.next_word(at + 1), rule=rule)
            placed = any(words[i].lower() in self._rows["trail"] for i in range(at, mention.end))
            if placed and self._before_trail(left, text) != left:
                return [left, right]
        return [mention]

    def _named_disease(self, mention: Marked, text: MentionText) -> Marked:
        row = self._rows["disease"].get(text.words[mention.start].lower())
        if row is None or mention.label not in row.cut_from or mention.end - mention.start == 1:
            return mention
        return mention._replace(label="DIAGNOSIS", rule=f"{mention.rule} {row.id}")

    def _is_passed_over(self, word: str) -> bool:
        row = self._rows["lead"].get(word.lower())
        return word.isspace() or (row is not None and row.kind == "determiner")
