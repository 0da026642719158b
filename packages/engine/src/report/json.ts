/** Of every JSON document that hookwalk writes. Changed only when the meaning of a field changes. */
export const API_VERSION = "hookwalk.dev/v1";

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
