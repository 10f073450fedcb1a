// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../../interfaces/ISluiceErrors.sol";
import { SubtreeSlot, VirtualTerms } from "../../interfaces/SluiceTypes.sol";
import { VirtualSlot } from "../Store.sol";
import { Virtuals } from "./Virtuals.sol";

/// @title VirtualClosing
/// @notice Who may start a virtual channel's window, which then begins at amount 0.
library VirtualClosing {
    /// @notice Starts the window for a member of the path.
    /// @param slot The virtual channel.
    /// @param id Its id.
    /// @param terms Its terms.
    /// @param member Who asks.
    /// @return refusal Why it was not started; no bytes if it runs or is over.
    function tryStart(VirtualSlot storage slot, bytes32 id, VirtualTerms calldata terms, address member)
        internal
        returns (bytes memory refusal)
    {
        refusal = Virtuals.checkTerms(terms);
        if (refusal.length != 0) return refusal;
        if (!Virtuals.isMember(terms.path, member)) {
            return abi.encodeWithSelector(ISluiceErrors.NotMember.selector, id, member);
        }
        Virtuals.start(slot, id, terms.disputeWindow);
    }

    /// @notice Starts the window by a lock for the virtual channel in a settled channel, whose lane runs along the path. Both
    /// members of that hop signed for the lock, so that anyone may act on it: also an owner without the signer's key.
    /// @param slot The virtual channel.
    /// @param id Its id.
    /// @param terms Its terms.
    /// @param payer The signer who pays the lane with the lock.
    /// @param receiver The signer who receives it.
    /// @return refusal Why it was not started; no bytes if it runs or is over.
    function tryStartByLock(
        VirtualSlot storage slot,
        bytes32 id,
        VirtualTerms calldata terms,
        address payer,
        address receiver
    ) internal returns (bytes memory refusal) {
        refusal = Virtuals.checkTerms(terms);
        if (refusal.length != 0) return refusal;
        if (!areNeighbours(terms.path, payer, receiver)) {
            return abi.encodeWithSelector(ISluiceErrors.NotNeighbours.selector, id, payer, receiver);
        }
        Virtuals.start(slot, id, terms.disputeWindow);
    }

    /// @notice The next slot that holds a lock for a virtual channel.
    /// @param slots The slots of a part of a tree.
    /// @param id The virtual channel.
    /// @param from Where to begin.
    /// @return position The slot's place among these, or their number if there is none.
    function nextLock(SubtreeSlot[] calldata slots, bytes32 id, uint256 from) internal pure returns (uint256 position) {
        for (position = from; position < slots.length; ++position) {
            if (slots[position].idOrLeaf == id && slots[position].amount != 0) return position;
        }
    }

    function areNeighbours(address[] calldata path, address payer, address receiver) private pure returns (bool) {
        for (uint256 i = 1; i < path.length; ++i) {
            if (path[i - 1] == payer && path[i] == receiver) return true;
        }
        return false;
    }
}
