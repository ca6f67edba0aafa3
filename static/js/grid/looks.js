/* A closer look at one face: its photo, and it beside the references. */
import { box, show } from "../review/dialogs.js";
import { placeOfFace, showLarge } from "../review/face.js";
import { Compare } from "../review/compare.js";
import { Zoom } from "../review/zoom.js";

const compare = new Compare(box("compare"));
const zoom = new Zoom(box("photo"));

export function showPhoto(item) {
  showLarge(item);
  zoom.fit();
  show("photo");
}

/** As large as it goes, in the photo that is shown. */
export function comeCloser({ source }) {
  const place = placeOfFace(source);
  if (place) zoom.show(place);
}

export function showBeside({ crop }, identity) {
  compare.open({ crop, identity });
}
