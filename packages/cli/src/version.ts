/** Of this program: the one of package.json, which a test holds it to. */
export const programVersion = "0.1.0";

/** What `--version` prints. */
export function versionLine(): string {
  return `hookwalk ${programVersion}\n`;
}
