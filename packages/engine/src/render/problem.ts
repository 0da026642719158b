import type { Diagnostic } from "../model/diagnostic.ts";

/** What keeps an owner's rules from being written; it stands at no line of any file, and has line 0. */
export function renderProblem(code: Diagnostic["code"], params: Diagnostic["params"], owner: string): Diagnostic {
  return { code, severity: "error", params, span: { file: owner === "" ? "node" : owner, line: 0 } };
}
