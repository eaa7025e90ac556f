// Text with spans that lie within each other, or cross.

/** Sort from the outside to the inside. */
const outsideFirst = (a, b) => a.start - b.start || b.end - a.end || a.depth - b.depth;

/**
 * Lay spans out as a tree over the characters start to end; what crosses the end of a span that
 * began before it is cut in two there.
 */
function nested(spans, start, end) {
  const parts = [];
  let queue = spans.slice().sort(outsideFirst);
  let at = start;
  while (queue.length) {
    const outer = queue[0];
    let reach = 1;
    while (reach < queue.length && queue[reach].start < outer.end) reach += 1;
    const within = queue.slice(1, reach);
    const inner = within.map((span) => ({ ...span, end: Math.min(span.end, outer.end) }));
    const rest = within
      .filter((span) => span.end > outer.end)
      .map((span) => ({ ...span, start: outer.end, continued: true }));
    if (outer.start > at) parts.push({ start: at, end: outer.start });
    parts.push({ span: outer, parts: nested(inner, outer.start, outer.end) });
    at = outer.end;
    queue = rest.length ? [...rest, ...queue.slice(reach)].sort(outsideFirst) : queue.slice(reach);
  }
  if (at < end) parts.push({ start: at, end });
  return parts;
}

/** Cut spans to a stretch of text. */
function within(spans, start, end) {
  return spans
    .filter((span) => span.start < end && span.end > start)
    .map((span) => ({
      ...span, start: Math.max(span.start, start), end: Math.min(span.end, end),
      continued: span.start < start,
    }));
}

/** Draw parts of a tree into an element. */
function draw(into, text, parts) {
  for (const part of parts) {
    if (part.span) {
      const drawn = part.span.draw(part.span);
      draw(drawn, text, part.parts);
      into.append(drawn);
    } else {
      into.append(text.slice(part.start, part.end));
    }
  }
}

/** Make the element of a mention; its tag is drawn by the style sheet and not part of the text. */
function mentionElement(mention, continued) {
  const made = make("span", {
    class: "mention", "data-mention": mention.index, "data-status": mention.status,
    "data-tag": continued ? null : tagOf(mention), tabindex: continued ? null : 0,
    "data-key": mention.key_finding ? "" : null,
  });
  made.style.setProperty("--look", lookOf(mention.label).background);
  return made;
}

/** Cut a text into its sections and what lies between them. */
function stretches(sections, text) {
  const found = [];
  let reached = 0;
  for (const [start, end, name, method, score] of [...sections, [text.length, text.length, ""]]) {
    found.push({ start: reached, end: start, name: "" });
    found.push({ start: Math.max(start, reached), end, name, method, score });
    reached = Math.max(reached, end);
  }
  return found.map((stretch) => trimmed(text, stretch)).filter(({ start, end }) => start < end);
}

/** Leave out white space around a stretch; its lines begin where its first word's line does. */
function trimmed(text, { start, end, ...rest }) {
  const words = text.slice(start, Math.max(start, end));
  const before = words.length - words.trimStart().length;
  return { ...rest, start: start + before, end: start + words.trimEnd().length };
}
