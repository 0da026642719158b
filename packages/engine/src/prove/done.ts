import type { Exit } from "./exit.ts";
import type { Flow } from "./flow.ts";

/** What becomes of packets behind an action that does not just change them. */
export interface Done {
  readonly exits: readonly (readonly [Exit, Flow])[];
  /** The packets that go on with what follows in the rule. */
  readonly on: Flow;
  /** Those for which the rule ends here, as if it had not matched (NFT_BREAK). */
  readonly off?: Flow;
  /** Those that go into other chains. */
  readonly calls?: readonly { readonly flow: Flow; readonly chain: string; readonly comesBack: boolean }[];
}
