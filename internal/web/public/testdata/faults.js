(() => {
  const found = [];
  const parse = (css) => {
    const m = css.match(/[\d.]+/g).map(Number);
    const scale = css.startsWith("color(") ? 255 : 1;
    return { r: m[0] * scale, g: m[1] * scale, b: m[2] * scale, a: m.length > 3 ? m[3] : 1 };
  };
  const luminance = ({ r, g, b }) => {
    const part = (v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const contrast = (x, y) => {
    const [a, b] = [luminance(x), luminance(y)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.a === 1) return c;
      if (c.a > 0) found.push(`${e.tagName} has a ground that shows through`);
    }
    return { r: 255, g: 255, b: 255 };
  };
  const name = (e) => `<${e.tagName.toLowerCase()} class="${e.className}"> "${(e.textContent || e.name || "").trim().slice(0, 40)}"`;
  const unseen = (e) => e.closest(".unseen, .skip, [hidden]") || getComputedStyle(e).visibility !== "visible";

  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) {
    found.push(`the page is ${root.scrollWidth} pixels wide, more than ${innerWidth}`);
    for (const e of document.querySelectorAll("body *")) {
      if (!unseen(e) && e.getBoundingClientRect().right > innerWidth + 1) found.push(`${name(e)} is too wide`);
    }
  }

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const e = node.parentElement;
    if (!node.textContent.trim() || unseen(e) || !e.getClientRects().length) continue;
    const ratio = contrast(parse(getComputedStyle(e).color), ground(e));
    if (ratio < 4.5) found.push(`${name(e)} has a contrast of ${ratio.toFixed(2)}`);
  }

  if (document.querySelector("form[method=post] .fault[id]")) { // of a field
    const focus = [...document.querySelectorAll("[autofocus]")]; // one, or browsers would have to choose
    const why = focus.length === 1 && document.getElementById(focus[0].getAttribute("aria-describedby")?.split(" ").at(-1));
    if (!why || !why.matches(".fault")) found.push("nothing that is wrong gets the focus");
  }
  for (const e of document.querySelectorAll(".fault")) {
    const field = document.querySelector(`[aria-describedby~="${e.id}"]`);
    const { top } = e.getBoundingClientRect();
    if (field && field === e.previousElementSibling && top - field.getBoundingClientRect().bottom < 8) found.push(`${name(e)} touches the ring of its field`);
  }

  const cells = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement.closest("td, th") ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP);
  for (let node = cells.nextNode(); node; node = cells.nextNode()) {
    for (const word of node.textContent.matchAll(/\S+/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (word[0].length < 20 && new Set([...range.getClientRects()].map((r) => r.top)).size > 1) found.push(`"${word[0]}" is broken in a table`);
    }
  }

  const boxes = "[type=checkbox], [type=radio]";
  for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (unseen(e)) continue;
    if (!e.labels.length) found.push(`${name(e)} has no label`);
    if (e.matches(boxes)) continue; // drawn by the browser
    const ratio = contrast(parse(getComputedStyle(e).borderTopColor), ground(e));
    if (ratio < 3) found.push(`${name(e)} has a border with a contrast of ${ratio.toFixed(2)}`);
  }
  const pen = document.createElement("canvas").getContext("2d");
  for (const e of document.querySelectorAll("select")) {
    const style = getComputedStyle(e);
    pen.font = style.font;
    const room = e.clientWidth - parseFloat(style.paddingInlineStart) - parseFloat(style.paddingInlineEnd) - 16; // of the arrow
    const text = e.selectedOptions[0]?.text ?? "";
    if (pen.measureText(text).width > room) found.push(`<select name="${e.name}"> cuts off "${text}"`);
  }
  for (const target of document.querySelectorAll("input:not([type=hidden]), select, summary, .button, nav a, .letters a, .kicker a")) {
    const e = target.matches(boxes) ? target.labels[0] ?? target : target;
    if (unseen(e)) continue;
    const { height } = (e.closest("label") || e).getBoundingClientRect(); // a box is hit by its label
    const least = e.closest(".kicker, nav") && !e.matches(".button") ? 36 : 44;
    if (height < least) found.push(`${name(e)} is ${height} pixels high, expected ${least}`);
  }
  if (document.querySelectorAll("h1").length !== 1) found.push("the page has not one h1");
  if (document.querySelector("script:not([type='application/ld+json']), [style], [onclick]")) found.push("the page holds script or style");
  for (const e of document.querySelectorAll("[src], link[href]")) {
    const url = new URL(e.src || e.href, location);
    if (url.origin !== location.origin && e.rel !== "canonical") found.push(`${url} is loaded from elsewhere`);
  }
  return found;
})();
