/* Who all of them should be, and what to compare with. */
import { drawPhoto } from "../review/boxes.js";
import { link, make, slot, write } from "../review/dom.js";
import { text } from "../review/texts.js";

export function showPerson({ name, about, accepted, references, reference_picture: known }) {
  write("name", name);
  const faces = text(accepted === 1 ? "acceptedFace" : "acceptedFaces", { n: accepted });
  write("about", [about, faces].filter(Boolean).join(" · "));
  slot("references").replaceChildren(...references.map((src) => make("img", { src, alt: text("reference"), width: 104, height: 104 })));
  slot("references").hidden = !references.length;
  if (known) slot("reference-image").src = known.picture;
  else slot("reference-image").removeAttribute("src");
  slot("reference-credit").replaceChildren(...(known ? [known.page_url ? link(known.page_url, known.credit) : known.credit] : []));
  slot("reference-picture").hidden = !known;
  slot("no-reference").hidden = references.length > 0 || Boolean(known);
}

/** Where the current face comes from. */
export function showSource({ source }) {
  drawPhoto(slot("photo"), source);
  const licence = source.licence ? [" · ", link(source.licence_url, source.licence)] : [];
  slot("attribution").replaceChildren(link(source.page_url, source.site || source.page_url), ...licence);
}
