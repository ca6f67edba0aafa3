/* A closer look at one face: its photo, and it beside the references. */
import { box, show } from "./dialogs.js";
import { placeOfFace, showLarge } from "./face.js";
import { Compare } from "./compare.js";
import { Zoom } from "./zoom.js";

const compare = box("compare") ? new Compare(box("compare")) : null;
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

/** Where nobody is named there is nobody to compare with. */
export function showBeside({ crop }, identity) {
  compare?.open({ crop, identity });
}
