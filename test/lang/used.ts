// What the code asks a `Language` for: the English that is written in calls of it, and in the tables that such a call looks it up in.
import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";

export interface Used {
  /** Templates with the files that they stand in. */
  readonly texts: ReadonlyMap<string, string>;
  /** What `counted` counts. */
  readonly nouns: ReadonlyMap<string, string>;
}

const root = new URL("../../src/", import.meta.url);

/** @param sources Paths below src/ with their text; by default all that there are. */
export function usedTexts(sources: Iterable<readonly [string, string]> = allSources()): Used {
  const texts = new Map<string, string>();
  const nouns = new Map<string, string>();
  const files = new Map(
    [...sources].map(([path, text]) => [path, ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)]),
  );
  const tables = new Map<string, ts.Expression>();
  for (const [path, file] of files) for (const [name, value] of constants(file)) tables.set(`${path}:${name}`, value);
  for (const [path, file] of files) {
    const imports = importsOf(file, path);
    const find = (name: string): ts.Expression | undefined =>
      tables.get(`${path}:${name}`) ?? (imports.has(name) ? tables.get(imports.get(name)!) : undefined);
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node)) {
        const callee = node.expression;
        const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : ts.isIdentifier(callee) ? callee.text : "";
        const receiver = ts.isPropertyAccessExpression(callee) ? callee.expression.getText(file) : "";
        if (isText(name, receiver)) for (const text of literals(node.arguments[0], find)) texts.set(text, path);
        else if (name === "label" && /(?:^this|#page|page)$/.test(receiver))
          for (const text of literals(node.arguments[0], find)) if (text !== "") texts.set(text, path);
        if (name === "counted")
          for (const noun of literals(node.arguments[ts.isIdentifier(callee) ? 2 : 1], find)) nouns.set(noun, path);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return { texts, nouns };
}

// `say.text("...")`, `this.#page.in.text("...")`.
const isText = (name: string, receiver: string): boolean => name === "text" && /(?:^say|\bin|#in|\blanguage)$/.test(receiver);

function* allSources(): Generator<readonly [string, string]> {
  for (const name of readdirSync(root, { recursive: true, encoding: "utf8" }))
    if (name.endsWith(".ts") && !name.startsWith("lang")) yield [name, readFileSync(new URL(name, root), "utf8")];
}

/** By name: what stands at the top of a file or within it as a constant, and lists that a parameter goes through. */
function constants(file: ts.SourceFile): Map<string, ts.Expression> {
  const found = new Map<string, ts.Expression>();
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined)
      found.set(node.name.text, node.initializer);
    // `["a", "b"].map((text) => say.text(text))`
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const list = node.expression.expression;
      const [each] = node.arguments;
      const [parameter] = each !== undefined && ts.isArrowFunction(each) ? each.parameters : [];
      if (ts.isArrayLiteralExpression(list) && parameter !== undefined && ts.isIdentifier(parameter.name))
        found.set(parameter.name.text, list);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Of each imported name the file below src/ and the name there. */
function importsOf(file: ts.SourceFile, path: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const from = new URL(statement.moduleSpecifier.text, new URL(path, root)).href.slice(root.href.length);
    const names = statement.importClause?.namedBindings;
    if (names === undefined || !ts.isNamedImports(names)) continue;
    for (const { name, propertyName } of names.elements) found.set(name.text, `${from}:${(propertyName ?? name).text}`);
  }
  return found;
}

/** The strings that an expression may come to, as far as they are written. */
function literals(
  node: ts.Expression | undefined,
  find: (name: string) => ts.Expression | undefined,
  depth = 0,
  whole = false,
): string[] {
  if (node === undefined || depth > 12) return [];
  const go = (one: ts.Expression | undefined, all = whole) => literals(one, find, depth + 1, all);
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return [node.text];
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) return go(node.expression);
  if (ts.isNonNullExpression(node)) return go(node.expression);
  if (ts.isConditionalExpression(node)) return [...go(node.whenTrue), ...go(node.whenFalse)];
  if (ts.isBinaryExpression(node) && /^(?:\?\?|\|\|)$/.test(node.operatorToken.getText()))
    return [...go(node.left), ...go(node.right)];
  if (ts.isIdentifier(node)) {
    const value = find(node.text);
    return go(value, whole || (value !== undefined && ts.isArrayLiteralExpression(value)));
  }
  // An entry of a table: any of them.
  if (ts.isElementAccessExpression(node)) return go(node.expression, true);
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === "get")
    return go(node.expression.expression, true);
  if (!whole) return [];
  if (ts.isObjectLiteralExpression(node))
    return node.properties.flatMap((one) =>
      ts.isPropertyAssignment(one) ? go(one.initializer) : ts.isSpreadAssignment(one) ? go(one.expression) : [],
    );
  if (ts.isNewExpression(node)) return go(node.arguments?.[0]);
  // A list, or pairs of a map.
  if (ts.isArrayLiteralExpression(node))
    return node.elements.flatMap((one) =>
      ts.isArrayLiteralExpression(one) && one.elements.length === 2 ? go(one.elements[1]) : go(one),
    );
  return [];
}
