// The page's data: JSON in script elements that are not run.

const readData = (id) => JSON.parse(document.getElementById(`data-${id}`).textContent);
const SUMMARY = readData("summary");

/** Give the rows of findings as objects; equal texts are one string. */
function findingRows() {
  const packed = readData("findings");
  const names = Object.keys(packed);
  const cell = (name, i) => {
    const column = packed[name];
    return Array.isArray(column) ? column[i] : column.texts[column.at[i]];
  };
  return packed.case.map((number, i) => {
    const row = { id: i, case_id: SUMMARY.cases[number] };
    for (const name of names) row[name] = cell(name, i);
    return row;
  });
}

let knownRules = null;
/** Give of a rule where it stands and what it says. */
const ruleSource = (id) => (knownRules ??= readData("rules"))[id] ?? ["", ""];

let knownRows = null;
const rowsOfFindings = () => (knownRows ??= findingRows());

/** Give a case of the reader; its mentions and relations as objects. */
function readCase(number) {
  const data = readData(`case-${number}`);
  const mentions = data.mentions.map(([start, end, ...cells], index) => {
    const mention = { index, start, end };
    SUMMARY.mention_columns.forEach((name, i) => (mention[name] = cells[i]));
    mention.text = data.text?.slice(start, end) ?? cells[SUMMARY.mention_columns.length];
    return mention;
  });
  const relations = data.relations.map(([head, tail, type, cue, score, rule]) => ({
    head, tail, type, cue, score, rule,
  }));
  return { ...data, mentions, relations };
}

const lookOf = (label) =>
  SUMMARY.looks[label] ?? { short: label.slice(0, 5), background: SUMMARY.other };

/** Say a mention's label and status in a few letters, as FIND − for an absent finding. */
function tagOf(mention) {
  const mark = SUMMARY.marks[mention.status];
  return lookOf(mention.label).short + (mark ? `\u00a0${mark}` : "");
}
