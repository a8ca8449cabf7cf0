// Keeps #live as the server shows it, without loading the page anew: the same page is asked for again and its #live put
// in place of ours, so that there is one way of drawing it, with this script and without.
"use strict";

(function () {
  let live = document.getElementById("live");
  let tag = null;

  async function look() {
    try {
      const answer = await fetch(location.href, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
      if (answer.status === 200) {
        tag = answer.headers.get("ETag");
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById("live");
        if (fresh) {
          const adopted = document.adoptNode(fresh);
          live.replaceWith(adopted);
          live = adopted;
        }
      }
    } catch (problem) {
      // The server is away for a moment; what is shown stays, and the next look may find it back.
    }
    again();
  }

  function again() {
    const pause = Number(live.dataset.live);
    if (pause) setTimeout(look, pause);
  }

  if (live) again();
})();
