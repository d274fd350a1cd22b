// For `import "rosterlab/element.css"`, which has no names.
export {};
