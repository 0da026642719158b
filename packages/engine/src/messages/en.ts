/**
 * Diagnostics, in English. `{name}` is replaced by the parameter of that name. The part after the line break is the
 * remedy: what hookwalk does about it and what the reader can do.
 */
export const diagnostics = {
  "unknown-line": "not a line of {format}: “{text}”\nThe line is skipped; everything around it was read.",
  "prose-line": "prose between the rules\nThe line is skipped, as in a listing copied from a web page.",
} as const;
