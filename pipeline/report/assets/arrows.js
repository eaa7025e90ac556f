// Arrows of relations, over the text.

const SVG = "http://www.w3.org/2000/svg";

function drawing(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Draw relations between mentions of the text shown; earlier arrows go. */
function drawArrows(relations) {
  const text = byId("text");
  text.querySelector("svg")?.remove();
  text.querySelectorAll(".related").forEach((each) => each.classList.remove("related"));
  if (!relations.length) return;
  const frame = text.getBoundingClientRect();
  const tip = drawing(
    "marker", { id: "tip", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7,
      orient: "auto" },
    drawing("path", { d: "M0 0 8 4 0 8z" }),
  );
  const canvas = drawing("svg", { "aria-hidden": "true", width: text.scrollWidth,
    height: text.scrollHeight }, drawing("defs", {}, tip));
  const names = [];
  for (const relation of relations) {
    const [head, tail] = [relation.head, relation.tail].map(mentionShown);
    if (!head || !tail) continue;
    head.classList.add("related");
    tail.classList.add("related");
    const [line, name] = arrow(relation, place(head, frame), place(tail, frame));
    canvas.append(line);
    names.push(name);
  }
  canvas.append(...names);
  text.append(canvas);
}

const mentionShown = (index) => byId("text").querySelector(`[data-mention="${index}"]`);

/** Give the middle of a mention's first line, its top and bottom, within the text. */
function place(element, frame) {
  const box = element.getClientRects()[0];
  return {
    x: box.left + box.width / 2 - frame.left, top: box.top - frame.top,
    bottom: box.bottom - frame.top,
  };
}

/** Draw one relation, an arch above a line, else a curve from line to line, and its name. */
function arrow(relation, from, to) {
  const sameLine = Math.abs(from.top - to.top) < 12;
  const down = to.top > from.top;
  const start = [from.x, sameLine || !down ? from.top : from.bottom];
  const end = [to.x, sameLine || down ? to.top : to.bottom];
  const lift = 14 + Math.min(26, Math.abs(to.x - from.x) / 14);
  const bend = sameLine ? -lift : (end[1] - start[1]) / 2;
  const second = sameLine ? end[1] - lift : end[1] - bend;
  const path = `M${start} C${start[0]} ${start[1] + bend} ${end[0]} ${second} ${end}`;
  const middle = [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2 - (sameLine ? lift * 0.75 : 0)];
  return [
    drawing(
      "g", { class: "arrow", "data-type": relation.type },
      drawing("path", { class: "halo", d: path }),
      drawing("path", { d: path, "marker-end": "url(#tip)" }),
    ),
    drawing("text", { x: middle[0], y: middle[1] + 3 }, relation.type.replace("_", " ")),
  ];
}
