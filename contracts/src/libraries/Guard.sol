// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../interfaces/ISluiceErrors.sol";

/// @title Guard
/// @notice One guard against reentrance for every call that changes anything, in transient storage.
abstract contract Guard {
    uint256 private transient entered;

    /// @dev For calls that call others, and whom these others may call back.
    modifier nonReentrant() {
        if (entered != 0) revert ISluiceErrors.Reentered();
        entered = 1;
        _;
        entered = 0;
    }

    /// @dev For calls in which nobody can call back: they may not come in the middle of another.
    modifier notEntered() {
        if (entered != 0) revert ISluiceErrors.Reentered();
        _;
    }
}
