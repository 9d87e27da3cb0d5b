// Shows what was saved as soon as the server says so, at the place in the mail
// that was open. Without this file the page is the same, and its own link shows
// what is new. The frame runs no script of its own, but lets us look into it.
const live = document.getElementById("live");
const frame = document.querySelector("iframe");
const place = `place ${location.search}`;
const say = (state) => { live.dataset.state = state; };

const events = new EventSource(live.dataset.events);
events.addEventListener("open", () => say("on"));
events.addEventListener("error", () => say("lost"));
events.addEventListener("saved", () => {
  if (frame) sessionStorage.setItem(place, frame.contentWindow.scrollY);
  location.reload();
});

addEventListener("load", () => {
  frame?.contentWindow.scrollTo(0, Number(sessionStorage.getItem(place)));
  sessionStorage.removeItem(place);
});
