import { expect, it } from "vitest";
import { flowPrefix } from "./flow-logs.ts";

it.each([
  ["API0|namespace1/default.policy", "API0|namespace1/default.policy"],
  // 62 characters, and one more: felix/rules/nflog_prefix_test.go.
  [`DPE88|${"0123456789".repeat(5)}012345`, `DPE88|${"0123456789".repeat(5)}012345`],
  [`DPI88|${"0123456789".repeat(5)}0123456`, "DPI88|0123_S7GBfc7R7_4bzrXpbzglqoJrRG_UxIP0CuYjRWshz_7890123456"],
  [
    "DPE1|quite-a-long-namespace/quite-a-long-tier-name.quite-a-long-policy-name",
    "DPE1|quite_nnW4FYptgISH4G3jdI6KJWVcEx19s0BDp2On0wVAY_olicy-name",
  ],
  [
    "DPI|tier-012345678901234567890123456789012345678901234567890123",
    "DPI|tier-0_phEfG4Vhbq2xh4TQsePNa2X9YRj5peCVw1FgaNSbd_4567890123",
  ],
])("what NFLOG is given is as long as the kernel keeps: %s", (text, prefix) => {
  expect(flowPrefix(text)).toBe(prefix);
});
