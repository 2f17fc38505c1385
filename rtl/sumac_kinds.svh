// SPDX-License-Identifier: Apache-2.0
// What the words of a read request are for. Whoever includes this uses some of them.
// verilator lint_off UNUSED
localparam logic [2:0]  KindDescriptor = 3'd0;
localparam logic [2:0]  KindA          = 3'd1;
localparam logic [2:0]  KindB          = 3'd2;
localparam logic [2:0]  KindCIn        = 3'd3;
localparam logic [2:0]  KindVector     = 3'd4;
localparam logic [2:0]  KindResidual   = 3'd5;
localparam logic [15:0] Format         = 16'h5301;  // of descriptors
// verilator lint_on UNUSED
