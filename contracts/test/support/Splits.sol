// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { Settlement } from "../../src/libraries/channels/Settlement.sol";

/// @dev What a settlement goes by.
struct SplitInput {
    uint128 depositA;
    uint128 depositB;
    uint128 withdrawnA;
    uint128 withdrawnB;
    uint128 paid0;
    uint128 paid1;
    uint128 locked0;
    uint128 locked1;
}

/// @dev What comes of it.
struct SplitOutput {
    uint128 payA;
    uint128 payB;
    uint128 pool0;
    uint128 pool1;
}

/// @notice Settlement.split with its many values by name.
library Splits {
    function split(SplitInput memory i) internal pure returns (SplitOutput memory s) {
        (s.payA, s.payB, s.pool0, s.pool1) = Settlement.split(
            i.depositA, i.depositB, i.withdrawnA, i.withdrawnB, i.paid0, i.paid1, i.locked0, i.locked1
        );
    }
}
