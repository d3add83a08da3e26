/** Small helpers to build and update the page without touching what did not change. */

const SVG = "http://www.w3.org/2000/svg";

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/** A new HTML element with attributes and children. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** A new SVG element with attributes and children. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Writes the text only when it differs, so nothing is repainted or announced needlessly. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Writes the attribute only when it differs; null removes it. */
export function setAttr(node, name, value) {
  if (value === null) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/** Marks the one pressed button of a segmented group. */
export function press(selector, pressed) {
  for (const button of document.querySelectorAll(selector)) {
    setAttr(button, "aria-pressed", String(pressed(button)));
  }
}

/** Keeps a choice for the next visit; a browser that refuses storage forgets it. */
export function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch (refused) {
    /* private windows refuse: the choice then lasts as long as the page */
  }
}
