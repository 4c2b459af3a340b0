// What every page does once scripts run: times in the reader's zone, with UTC on hover.
const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

function localTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (!Number.isNaN(moment.valueOf())) time.textContent = format.format(moment);
  }
}

localTimes(document);
// A lineage that is wider than the screen begins with what it is about in its middle.
for (const own of document.querySelectorAll(".lineage-own")) {
  const box = own.closest(".table-box"), place = own.getBoundingClientRect(), frame = box.getBoundingClientRect();
  box.scrollLeft += place.left + place.width / 2 - (frame.left + frame.width / 2);
}
document.addEventListener("htmx:afterSwap", (event) => localTimes(event.target));
// An answer that says what was wrong is shown in place of the list, too.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422) event.detail.shouldSwap = true;
  if (event.detail.xhr.status === 401) window.location.reload();
});
