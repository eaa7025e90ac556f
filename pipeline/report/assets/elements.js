// Elements are made of text nodes and attributes, never of markup.

/** Make an element; children are elements or what becomes text. */
function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const byId = (id) => document.getElementById(id);
const counted = (number) => number.toLocaleString("en");

/** Make a table of rows of cells; numbers stand to the right. */
function tableOf(caption, heads, rows) {
  const cell = (value) =>
    typeof value === "number"
      ? make("td", { class: "number" }, counted(value))
      : value instanceof Node ? make("td", {}, value) : make("td", { dir: "auto" }, value);
  const headOf = (head, i) =>
    make("th", { scope: "col", class: typeof rows[0]?.[i] === "number" ? "number" : null }, head);
  return make(
    "div", { class: "framed" },
    make(
      "table", {},
      make("caption", {}, caption),
      make("thead", {}, make("tr", {}, ...heads.map(headOf))),
      make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map(cell)))),
    ),
  );
}
