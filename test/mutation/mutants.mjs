// In: a TypeScript source. Out: copies of it with one thing changed each, as a tired programmer might have written it.
import ts from "typescript";

/**
 * @typedef {{ line: number, kind: string, before: string, after: string, within: string, code: string, rules: readonly string[] }} Mutant
 *   `within`: the expression or statement around it. `rules`: the ids of those that may notice; none: any may.
 * @param {string} text Source of a rule file.
 * @returns {Mutant[]}
 */
export function mutantsOf(text) {
  const file = ts.createSourceFile("rule.ts", text, ts.ScriptTarget.ES2023, true);
  /** @type {Mutant[]} */
  const mutants = [];
  const rulesOf = users(file);
  /** @type {readonly string[]} */
  let rules = [];
  /** @param {ts.Node} node @param {string} after @param {string} kind */
  const replace = (node, after, kind) => {
    const start = node.getStart(file);
    const before = text.slice(start, node.end);
    if (before === after) return;
    const line = file.getLineAndCharacterOfPosition(start).line + 1;
    const within = kind === "operator" || kind === "number" ? node.parent.getText(file) : "";
    mutants.push({ line, kind, before, after, within, code: text.slice(0, start) + after + text.slice(node.end), rules });
  };
  /** @param {ts.Node} node */
  const visit = (node) => {
    // Words for people; what a spec section is called no test can know.
    if (ts.isPropertyAssignment(node) && WORDS.has(node.name.getText(file))) return;
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    if (ts.isBinaryExpression(node)) {
      const operator = node.operatorToken.getText(file);
      const others = OPERATORS[operator] ?? [];
      for (const other of isSign(node) ? others.slice(1) : others) replace(node.operatorToken, other, "operator");
    }
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
      replace(node, node.operand.getText(file), "negation");
    }
    if (ts.isIfStatement(node) || ts.isConditionalExpression(node)) {
      const condition = ts.isIfStatement(node) ? node.expression : node.condition;
      // `"errorCode" in frame` is for the types: the fact that was asked for comes with no other subject.
      const narrows = /^"(?:errorCode|increment|padLength|decoded|headLast)" in \w+$/.test(condition.getText(file));
      if (narrows && ts.isConditionalExpression(node)) {
        replace(condition, "false", "condition");
        ts.forEachChild(node, (child) => child !== node.whenFalse && visit(child));
        return;
      }
      replace(condition, "true", "condition");
      replace(condition, "false", "condition");
    }
    if (ts.isNumericLiteral(node) && !inMeta(node) && !isSign(node.parent) && !isCut(node)) {
      // A unit, as 1e6 nanoseconds, is wrong by a factor if at all. -1 says that there is nothing: -2 would too.
      const text = node.getText(file);
      if (text.includes("e")) replace(node, `${text} * 2`, "number");
      else if (!ts.isPrefixUnaryExpression(node.parent)) replace(node, `${text} + 1`, "number");
    }
    if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) replace(node, ";", "statement");
    // A fact that a rule's maker is given, or that is asked for.
    const isArgument = ts.isCallExpression(node.parent) && node !== node.parent.expression;
    if (isArgument && ts.isPropertyAccessExpression(node) && node.expression.getText(file) === "Observation")
      replace(node, "255", "fact");
    if (ts.isPropertyAssignment(node) && ts.isObjectLiteralExpression(node.parent)) {
      const name = node.name.getText(file);
      // What a rule listens to: another fact, or without the limit on side or kind.
      if (name === "observed" && ts.isPropertyAccessExpression(node.initializer)) replace(node.initializer, "255", "fact");
      if (name === "bits") replace(node.initializer, "0", "bits");
      if (name === "kinds" || name === "from" || name === "roles") replace(node.initializer, "undefined", name);
      if (name === "needs" && ts.isArrayLiteralExpression(node.initializer)) {
        // What "end" asks for the rule looks at itself (needs.ts).
        const needs = node.initializer.elements.map((need) => need.getText(file));
        if (needs.some((need) => need !== '"end"')) replace(node.initializer, "[]", "needs");
      }
      if (name === "severity" && ts.isStringLiteral(node.initializer) && !inMeta(node) && !ofMaker(node)) {
        replace(node.initializer, node.initializer.text === "info" ? '"error"' : '"info"', "severity");
      }
    }
    ts.forEachChild(node, visit);
  };
  for (const statement of file.statements) {
    rules = rulesOf(statement);
    visit(statement);
  }
  return mutants;
}

// By statement at the top of a file: the ids of the rules that it is a part of, or that come to it by what they call.
/** @param {ts.SourceFile} file @returns {(statement: ts.Statement) => readonly string[]} */
function users(file) {
  /** @type {Map<string, ts.Statement>} */
  const declared = new Map();
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) declared.set(name.getText(file), statement);
    } else if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
      declared.set(statement.name?.text ?? "", statement);
    }
  }
  /** @type {Map<ts.Statement, string[]>} */
  const found = new Map();
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement) || !/^export\b/.test(statement.getText(file))) continue;
    const id = /"([a-z0-9-]+\/[a-z0-9-]+)"/.exec(statement.getText(file))?.[1];
    if (id === undefined) return () => [];
    const reached = new Set([statement]);
    for (const at of reached) {
      /** @param {ts.Node} node */
      const visit = (node) => {
        const target = ts.isIdentifier(node) ? declared.get(node.text) : undefined;
        if (target !== undefined) reached.add(target);
        ts.forEachChild(node, visit);
      };
      visit(at);
    }
    for (const at of reached) found.set(at, [...(found.get(at) ?? []), id]);
  }
  return (statement) => found.get(statement) ?? [];
}

// `x.endAt >= 0`, `x.resetAt < 0`: there is one. These are ends of frames, so -1 or 9 and more; 0 and 1 tell nothing apart.
/** @param {ts.Node} node */
function isSign(node) {
  if (!ts.isBinaryExpression(node) || !ts.isNumericLiteral(node.right) || node.right.text !== "0") return false;
  const { kind } = node.operatorToken;
  if (kind !== ts.SyntaxKind.GreaterThanEqualsToken && kind !== ts.SyntaxKind.LessThanToken) return false;
  const { left } = node;
  const name = ts.isPropertyAccessExpression(left) ? left.name.text : ts.isIdentifier(left) ? left.text : "";
  return ["endAt", "resetAt", "messageAt", "lastAt"].includes(name);
}

// `text.slice(0, 80)`, or `SHOWN` or `TEXT` for it: how much of a long text a message shows.
/** @param {ts.Node} node */
function isCut({ parent }) {
  if (ts.isVariableDeclaration(parent)) return ["SHOWN", "TEXT"].includes(parent.name.getText());
  return ts.isCallExpression(parent) && /\.slice\(0, \d+\)$/.test(parent.getText());
}

/** Whether a node stands in a rule's `meta`. @param {ts.Node} node */
function inMeta(node) {
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (ts.isPropertyAssignment(at) && ts.isIdentifier(at.name) && at.name.text === "meta") return true;
  }
  return false;
}

/** Whether it is what a rule's maker is told of the whole rule. @param {ts.Node} node */
const ofMaker = ({ parent: { parent } }) => ts.isCallExpression(parent) && ts.isVariableDeclaration(parent.parent);

const WORDS = new Set([
  "docs",
  "messages",
  "title",
  "why",
  "fix",
  "spec",
  "expect",
  "by",
  "decidable",
  "id",
  "about",
  "unit",
  "related",
  "role",
]);

/** @type {Readonly<Record<string, readonly string[]>>} */
const OPERATORS = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "&&": ["||"],
  "||": ["&&"],
  "??": ["&&"],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "&": ["|"],
  "+=": ["-="],
  "-=": ["+="],
};
