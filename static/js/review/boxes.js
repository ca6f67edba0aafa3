/* The source photo with every box drawn: one SVG in the photo's own pixels, so that it fits at any size. */
const SVG = "http://www.w3.org/2000/svg";

function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function boxShapes({ x, y, w, h, this: own }) {
  const place = { x, y, width: w, height: h };
  return [shape("rect", { class: "box-edge", ...place }), shape("rect", { class: own ? "box this" : "box", ...place })];
}

export function drawPhoto(svg, { photo, width, height, boxes }) {
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.replaceChildren(shape("image", { href: photo, width, height }), ...boxes.flatMap(boxShapes));
}
