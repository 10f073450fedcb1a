// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceEvents } from "../interfaces/ISluiceEvents.sol";

/// @title Refusals
/// @notice Why something may not be done: an encoded error of ISluiceErrors, or no bytes where it may. What is said `try` does its
/// work or returns its refusal; a single call raises that, a batch skips the item and goes on.
library Refusals {
    /// @notice Reverts with a refusal, if it is one.
    /// @param refusal An encoded error, or no bytes.
    function raise(bytes memory refusal) internal pure {
        if (refusal.length == 0) return;
        assembly ("memory-safe") {
            revert(add(refusal, 0x20), mload(refusal))
        }
    }

    /// @notice Tells that a batch skipped an item, if it was refused.
    /// @param refusal An encoded error, or no bytes.
    /// @param id The item's channel or virtual channel.
    /// @param position Its place in the batch.
    function skip(bytes memory refusal, bytes32 id, uint256 position) internal {
        if (refusal.length != 0) emit ISluiceEvents.Skipped(id, position, bytes4(refusal));
    }
}
