import { bundle } from "../../scripts/build.mjs";

/** The tests of this folder run what users run: it is built from the sources as they are now. */
export async function setup(): Promise<void> {
  await bundle();
}
