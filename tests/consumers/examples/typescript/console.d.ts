// There are neither Node.js's types nor the DOM's here.
declare const console: { log(text: string): void };
