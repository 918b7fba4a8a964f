// What h2lint needs of Node, one module each. The build of h2lint/core takes the file of the same name in web/ instead; nothing else may
// import a module of Node but commands and recorders.
export { Buffer } from "node:buffer";
