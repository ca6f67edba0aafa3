/* Paints one item into the page: crop, name, references, source. The crop's frame itself never moves. */
import { desk, link, make, slot, write } from "./dom.js";
import { drawPhoto } from "./boxes.js";
import { number, text } from "./texts.js";

const COPIES = 4;

function showReferencePicture(known) {
  const image = slot("reference-image");
  if (known && image.getAttribute("src") !== known.picture) image.src = known.picture;
  if (!known) image.removeAttribute("src");
  slot("reference-credit").replaceChildren(...(known ? [known.page_url ? link(known.page_url, known.credit) : known.credit] : []));
  slot("reference-picture").hidden = !known;
}

function showIdentity({ name, about, accepted, references, reference_picture: known }) {
  write("name", name);
  const faces = text(accepted === 1 ? "acceptedFace" : "acceptedFaces", { n: accepted });
  write("about", [about, faces].filter(Boolean).join(" · "));
  const place = slot("references");
  const shown = [...place.children].map((image) => image.getAttribute("src"));
  if (shown.join() !== references.join()) {
    place.replaceChildren(...references.map((src) => make("img", { src, alt: text("reference"), width: 104, height: 104 })));
  }
  place.hidden = !references.length;
  showReferencePicture(known);
  slot("no-reference").hidden = references.length > 0 || Boolean(known);
}

/** Copies of the face that nobody else is asked about, beside it. */
function showCopies(copies) {
  const place = slot("copies");
  place.hidden = !copies.length;
  write("copies-count", text(copies.length === 1 ? "nearDuplicate" : "nearDuplicates", { n: copies.length }));
  slot("copies-crops").replaceChildren(...copies.slice(0, COPIES).map(({ crop, width, site }) =>
    make("img", { src: crop, alt: text("duplicate"), title: text("duplicateOf", { width, site }), width: 64, height: 64 })));
}

function sizeLine({ creator, taken, width, height, boxes }) {
  const own = boxes.find((box) => box.this);
  const size = `${number(width)}\u00a0×\u00a0${number(height)}`;
  return [creator, taken, size, own && text("box", { n: own.w })].filter(Boolean).join("\u00a0· ");
}

function attribution(source) {
  const tone = source.proof === "proved" ? "good" : "warn";
  const licence = source.licence ? [" · ", link(source.licence_url, source.licence)] : [];
  const proof = source.proof ? [" ", make("span", { className: `tag ${tone}`, textContent: source.proof_words })] : [];
  const size = make("span", { className: "muted", textContent: sizeLine(source) });
  return [link(source.page_url, source.site || source.page_url), ...licence, ...proof, make("br"), size];
}

function takenLine({ taken }) {
  return taken ? text("taken", { taken }) : text("notTaken");
}

function showSource(source) {
  drawPhoto(slot("photo"), source);
  slot("attribution")?.replaceChildren(...attribution(source));
  if (slot("attribution")) slot("attribution").title = source.attribution;
  if (slot("taken")) write("taken", takenLine(source));
}

function wait(words) {
  return make("p", { className: "wait", textContent: words });
}

/** Calls `painted` once the face can be seen, which is when looking at it begins. */
export function showFace(item, picture, painted) {
  if (item.identity) showIdentity(item.identity);
  if (slot("copies")) showCopies(item.duplicates ?? []);
  showSource(item.source);
  desk.elements.namedItem("claim").value = item.claim;
  const frame = slot("crop");
  picture.image.alt = text("face");
  const paint = () => { frame.replaceChildren(picture.image); desk.dataset.state = "asking"; painted(); };
  if (picture.ready) return paint();
  desk.dataset.state = "loading";
  const served = frame.querySelector("img")?.getAttribute("src") === item.crop;
  if (!served) frame.replaceChildren(wait(text("loading")));
  const still = frame.firstChild;
  picture.loaded.then(() => still.isConnected && paint(), () => still.isConnected && still.replaceWith(wait(text("broken"))));
}

export function showLoading() {
  desk.dataset.state = "loading";
  slot("crop").replaceChildren(wait(text("loading")));
}

export function showEmpty(empty) {
  desk.dataset.state = "empty";
  write("empty-title", empty.title);
  write("empty-text", empty.text);
  const { label = "", url = "" } = empty.action ?? {};
  const posts = empty.code === "skipped"; // bringing skipped faces back changes something, so it is no link
  Object.assign(slot("empty-link"), { hidden: posts || !url, href: url, textContent: label });
  Object.assign(slot("empty-post"), { hidden: !posts, formAction: url, textContent: label });
}

/** Where the face is in the photo, for a closer look: the middle in parts of the frame, and how much larger. */
export function placeOfFace({ width, height, boxes }) {
  const own = boxes.find((box) => box.this);
  return own && { x: (own.x + own.w / 2) / width, y: (own.y + own.h / 2) / height, scale: Math.min(8, Math.max(1, height / own.h / 1.6)) };
}

export function showLarge({ source }) {
  drawPhoto(slot("large-photo"), source);
  const blind = desk.dataset.question === "attributes";
  const credit = source.attribution ? [make("br"), source.attribution] : [];
  slot("large-caption").replaceChildren(...(blind ? [takenLine(source)] : [...attribution(source), ...credit]));
}

/** The pictures beside the crops that come next, fetched when the line is free. */
export function prefetch(items) {
  for (const { source } of items) Object.assign(new Image(), { fetchPriority: "low", src: source.photo });
}
