"use strict";
// The language button: the page holds both languages and shows the one its html element names.
(() => {
  const root = document.documentElement;
  document.getElementById("language").addEventListener("click", () => {
    const chinese = root.lang !== "zh-CN";
    root.lang = chinese ? "zh-CN" : "en";
    document.title = chinese ? root.dataset.zh : root.dataset.en;
    document.dispatchEvent(new Event("language"));
  });
})();
