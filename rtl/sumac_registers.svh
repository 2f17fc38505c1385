// SPDX-License-Identifier: Apache-2.0
//
// Written by script/registers from rtl/registers.json: change that.
// Register offsets, and words of a descriptor and of a view.
// Whoever includes this uses some of them.
// verilator lint_off UNUSED
localparam logic [7:0] RegId = 8'h00;
localparam logic [7:0] RegGeometry = 8'h04;
localparam logic [7:0] RegArithmetic = 8'h08;
localparam logic [7:0] RegBuffers = 8'h0C;
localparam logic [7:0] RegControl = 8'h10;
localparam logic [7:0] RegStatus = 8'h14;
localparam logic [7:0] RegIrqEnable = 8'h18;
localparam logic [7:0] RegIrqStatus = 8'h1C;
localparam logic [7:0] RegQueueBase = 8'h20;
localparam logic [7:0] RegQueueMask = 8'h24;
localparam logic [7:0] RegQueueTail = 8'h28;
localparam logic [7:0] RegDone = 8'h2C;
localparam logic [7:0] RegWindowBase = 8'h30;
localparam logic [7:0] RegWindowLimit = 8'h34;
localparam logic [7:0] RegErrorCode = 8'h38;
localparam logic [7:0] RegErrorAddress = 8'h3C;
localparam logic [7:0] RegCountCycles = 8'h40;
localparam logic [7:0] RegCountBeats = 8'h44;
localparam logic [7:0] RegCountWaitActivations = 8'h48;
localparam logic [7:0] RegCountWaitWeights = 8'h4C;
localparam logic [7:0] RegCountWaitCIn = 8'h50;
localparam logic [7:0] RegCountWaitResults = 8'h54;
localparam logic [7:0] RegCountWaitArray = 8'h58;
localparam logic [7:0] RegCountReadBeats = 8'h5C;
localparam logic [7:0] RegCountWriteBeats = 8'h60;
localparam int DescFlags = 0;
localparam int DescM = 1;
localparam int DescN = 2;
localparam int DescK = 3;
localparam int DescPsumBase = 4;
localparam int DescALoad = 5;
localparam int DescBLoad = 10;
localparam int DescCIn = 15;
localparam int DescResidual = 18;
localparam int DescC = 21;
localparam int DescScale = 24;
localparam int DescShift = 25;
localparam int DescAfter = 26;
localparam int DescAView = 28;
localparam int DescBView = 46;
localparam int ViewStart = 0;
localparam int ViewY = 1;
localparam int ViewX = 2;
localparam int ViewMasks = 3;
localparam int ViewStepStride = 4;
localparam int ViewStepExtent = 7;
localparam int ViewStepShare = 8;
localparam int ViewLaneStride = 11;
localparam int ViewLaneExtent = 14;
localparam int ViewLaneShare = 15;
// verilator lint_on UNUSED
