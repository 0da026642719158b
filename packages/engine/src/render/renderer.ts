import type { DesiredState } from "../desired/state.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { MarkClaim } from "./mark-claims.ts";
import type { NodeDraft } from "./node/node-draft.ts";

/** How an owner writes on a node. */
export interface Renderer {
  /** Which node its own configuration says that it is on; absent, or "": it does not say. */
  readonly nodeName?: (state: DesiredState) => string;
  /** Whether there are objects that say that it runs here: then it has a part in the whole node. */
  readonly isWanted: (state: DesiredState) => boolean;
  /** The bits of marks that it has on a node to itself. Absent: none. */
  readonly marks?: (state: DesiredState, node: NodeDraft) => readonly MarkClaim[];
  /** Writes onto what others have left. What keeps it from that is said, and nothing is written. */
  readonly write: (state: DesiredState, node: NodeDraft) => readonly Diagnostic[];
  /** What depends on what everybody has written, as an owner that looks again and again comes to see it. Absent: nothing. */
  readonly settle?: (state: DesiredState, node: NodeDraft) => void;
}
