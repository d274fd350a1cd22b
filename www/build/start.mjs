// Starts the playground of one file, or says on the page why it did not start. The page of many files does this in boot.js, which
// fetches the module.

export function start(begin) {
  begin().catch((error) => {
    console.error(error);
    const sentence = document.createElement("p");
    sentence.setAttribute("role", "alert");
    sentence.textContent = `Rosterlab could not be started. This browser may not support WebAssembly. What went wrong: ${error}`;
    document.getElementById("app").replaceChildren(sentence);
  });
}
