// SPDX-License-Identifier: Apache-2.0
// The report's page, sw/cli/page/, as the build embeds it.
#ifndef SUMAC_SW_CLI_REPORT_H_
#define SUMAC_SW_CLI_REPORT_H_

namespace sumac {

extern const char kPageHtml[];  // has @STYLE@, @CHARTS@, @DATA@ and @SCRIPT@
extern const char kPageStyle[];
extern const char kPageScript[];

}  // namespace sumac

#endif  // SUMAC_SW_CLI_REPORT_H_
