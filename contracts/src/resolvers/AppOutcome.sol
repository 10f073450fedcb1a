// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { AppTerms, Stake } from "./IAppResolver.sol";
import { Allocation, SingleAssetExit } from "./IForceMoveApp.sol";

/// @title AppOutcome
/// @notice What a state's outcome means for the two sides.
library AppOutcome {
    /// @notice Who lost, and how much, against the stakes.
    /// @param terms The app channel.
    /// @param outcome What the state says that each side has.
    /// @return isPlain Whether the outcome splits exactly the stakes between exactly the two sides. Nothing else can be paid by
    /// locks, so a state that says something else is not taken, whatever its app thinks of it.
    /// @return loser The side that has less than it put in; 0 if none.
    /// @return amount How much less.
    function lossOf(AppTerms calldata terms, SingleAssetExit[] calldata outcome)
        internal
        pure
        returns (bool isPlain, uint8 loser, uint128 amount)
    {
        if (outcome.length != 1 || outcome[0].asset != terms.asset || outcome[0].assetMetadata.assetType != 0) {
            return (false, 0, 0);
        }
        Allocation[] calldata allocations = outcome[0].allocations;
        if (allocations.length != 2 || !isTo(allocations[0], terms.stake0) || !isTo(allocations[1], terms.stake1)) {
            return (false, 0, 0);
        }
        (uint256 had, uint256 total) = (terms.stake0.amount, uint256(terms.stake0.amount) + terms.stake1.amount);
        uint256 has = allocations[0].amount;
        if (has > total || allocations[1].amount != total - has) return (false, 0, 0);
        return has <= had ? (true, 0, uint128(had - has)) : (true, 1, uint128(has - had));
    }

    function isTo(Allocation calldata allocation, Stake calldata stake) private pure returns (bool) {
        return allocation.destination == stake.destination && allocation.allocationType == 0;
    }
}
