// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../interfaces/ISluiceErrors.sol";

/// @title Guard
/// @notice One guard for every call that changes anything, in transient storage.
abstract contract Guard {
    uint256 private transient entered;

    /// @dev For calls that call others.
    modifier guarded() {
        enter();
        _;
        entered = 0;
    }

    /// @dev For calls that call nobody: nothing can come back into them, but they may not come in the middle of another.
    modifier unentered() {
        if (entered != 0) revert ISluiceErrors.Reentered();
        _;
    }

    function enter() private {
        if (entered != 0) revert ISluiceErrors.Reentered();
        entered = 1;
    }
}
