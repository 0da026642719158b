/** Words that iptables-save leaves bare: libxtables xtables_save_string. */
const BARE = /^[-_0-9A-Za-z]+$/;

/** A string argument as iptables-save prints it: bare, or in double quotes with `" \ '` escaped. */
export function quote(text: string): string {
  return BARE.test(text) ? text : `"${text.replace(/["\\']/g, "\\$&")}"`;
}
