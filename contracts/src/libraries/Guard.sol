// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../interfaces/ISluiceErrors.sol";

/// @title Guard
/// @notice One guard for every call that changes anything, in transient storage.
abstract contract Guard {
    bool private transient entered;

    modifier guarded() {
        if (entered) revert ISluiceErrors.Reentered();
        entered = true;
        _;
        entered = false;
    }
}
