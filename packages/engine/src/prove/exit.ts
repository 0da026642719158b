/** How packets leave a chain; `through`: back to where it was called from, by RETURN or at its end. */
export type Exit = "accept" | "drop" | "reject" | "queue" | "unknown" | "through";

export const EXITS: readonly Exit[] = ["accept", "drop", "reject", "queue", "unknown", "through"];
