// The public declarations, rolled up: what the entries lead to, each once, in one file. The compiler leaves a file for each module, and
// most of what stands there is nobody's but ours.
import { existsSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const ENTRIES = ["index", "core", "testing"];

/** Put dist's declarations into one file beside its entries. @param {string} folder */
export function rollUpDeclarations(folder) {
  const program = ts.createProgram(
    ENTRIES.map((name) => join(folder, `${name}.d.ts`)),
    { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext, noEmit: true, noLib: true, types: [] },
  );
  const checker = program.getTypeChecker();
  const own = (/** @type {ts.Node} */ node) => node.getSourceFile().fileName.startsWith(folder.replaceAll("\\", "/"));
  const resolved = (/** @type {ts.Symbol} */ symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

  /** What each entry exports: the name there, and what it is. @type {Map<string, Map<string, ts.Symbol>>} */
  const exported = new Map();
  const open = [];
  for (const entry of ENTRIES) {
    const file = checker.getSymbolAtLocation(program.getSourceFile(join(folder, `${entry}.d.ts`)));
    const names = checker.getExportsOfModule(file).map((symbol) => [symbol.name, resolved(symbol)]);
    exported.set(entry, new Map(names));
    open.push(...names.map(([, symbol]) => symbol));
  }
  const known = new Set(open);

  /** Statements, each with the names in it of what is declared in others. @type {Map<ts.Statement, [ts.Node, ts.Symbol][]>} */
  const taken = new Map();
  /** Of packages: `name from "package"`. @type {Map<string, string>} */
  const imports = new Map();
  for (let symbol = open.pop(); symbol !== undefined; symbol = open.pop())
    for (const declaration of symbol.declarations ?? []) {
      const statement = topStatement(declaration);
      if (statement === undefined || taken.has(statement)) continue;
      const uses = [];
      taken.set(statement, uses);
      visit(statement, uses);
    }

  /** @param {ts.Node} node @param {[ts.Node, ts.Symbol][]} uses */
  function visit(node, uses) {
    if (ts.isImportTypeNode(node)) throw new Error(`${node.getText()}: import the type by name`);
    if (ts.isIdentifier(node)) {
      const named = checker.getSymbolAtLocation(node);
      const symbol = named && resolved(named);
      const declaration = symbol?.declarations?.[0];
      if (symbol !== undefined && declaration !== undefined && own(declaration) && isTop(declaration)) {
        uses.push([node, symbol]);
        if (!known.has(symbol)) known.add(symbol) && open.push(symbol);
      }
      if (named !== undefined && symbol !== undefined && !(declaration && own(declaration))) {
        const from = packageOf(named);
        if (from !== undefined) imports.set(node.text, from);
      }
    }
    ts.forEachChild(node, (child) => visit(child, uses));
  }

  /** Where a name comes from in the end, if from a package. @param {ts.Symbol} symbol */
  function packageOf(symbol) {
    let from;
    for (let at = symbol; at !== undefined && at.flags & ts.SymbolFlags.Alias; at = checker.getImmediateAliasedSymbol(at)) {
      let declared = at.declarations?.[0];
      while (declared !== undefined && declared.moduleSpecifier === undefined) declared = declared.parent;
      if (declared !== undefined && own(declared)) from = declared.moduleSpecifier.text;
    }
    return from;
  }

  const published = new Set([...exported.values()].flatMap((names) => [...names.values()]));
  /** Public ones have their own; where others are called alike, a number follows. @type {Map<ts.Symbol, string>} */
  const names = new Map();
  const given = new Set();
  for (const symbol of [...published, ...known]) {
    if (names.has(symbol)) continue;
    let name = symbol.name;
    for (let n = 2; given.has(name); n++) name = `${symbol.name}${n}`;
    names.set(symbol, name);
    given.add(name);
  }

  let text = [...imports].map(([name, module]) => `import type { ${name} } from ${JSON.stringify(module)};\n`).join("");
  for (const file of program.getSourceFiles())
    for (const statement of file.statements) {
      const uses = taken.get(statement);
      if (uses === undefined) continue;
      const isPublic = symbolsOf(statement).some((symbol) => published.has(symbol));
      text += written(
        statement,
        uses.map(([node, symbol]) => [node, names.get(symbol)]),
        isPublic,
      );
    }
  text += `export { ${[...published].map((symbol) => names.get(symbol)).join(", ")} };\n`;

  /** @param {ts.Statement} statement @returns {ts.Symbol[]} */
  function symbolsOf(statement) {
    const named = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [statement];
    return named.map(({ name }) => checker.getSymbolAtLocation(name));
  }

  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }))
    if (file.endsWith(".d.ts")) rmSync(join(folder, file));
  removeEmpty(folder);
  writeFileSync(join(folder, "declarations.d.ts"), text);
  for (const [entry, symbols] of exported) {
    const list = [...symbols].map(([name, symbol]) => (names.get(symbol) === name ? name : `${names.get(symbol)} as ${name}`));
    writeFileSync(join(folder, `${entry}.d.ts`), `export { ${list.join(", ")} } from "./declarations.js";\n`);
  }
}

/** @param {ts.Node} node @returns {ts.Statement | undefined} */
function topStatement(node) {
  let at = node;
  while (at.parent !== undefined && !ts.isSourceFile(at.parent)) at = at.parent;
  return ts.isSourceFile(at) ? undefined : at;
}

/** Not a member or parameter. @param {ts.Node} node */
const isTop = (node) =>
  ts.isSourceFile(node.parent) || (ts.isVariableDeclaration(node) && ts.isSourceFile(node.parent.parent.parent));

/** Without indentation; comments are left on what is public.
 *  @param {ts.Statement} statement @param {[ts.Node, string][]} uses @param {boolean} isPublic */
function written(statement, uses, isPublic) {
  const file = statement.getSourceFile().text;
  const start = isPublic ? statement.getFullStart() : statement.getStart();
  let text = "";
  let at = start;
  for (const [node, name] of uses.sort(([a], [b]) => a.getStart() - b.getStart())) {
    text += file.slice(at, node.getStart()) + name;
    at = node.end;
  }
  text += file.slice(at, statement.end);
  if (!isPublic) text = text.replace(/\/\*\*[\s\S]*?\*\//g, "");
  return `${text
    .replace(/^(\s*(?:\/\*\*[\s\S]*?\*\/\s*)?)export /, "$1")
    .replace(/\s*\n\s*/g, "\n")
    .trim()}\n`;
}

/** @param {string} folder */
function removeEmpty(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const path = join(folder, entry.name);
    removeEmpty(path);
    if (existsSync(path) && readdirSync(path).length === 0) rmdirSync(path);
  }
}
