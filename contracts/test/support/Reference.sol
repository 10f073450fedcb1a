// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelTerms, CreditRedirect, Party, VirtualTerms } from "../../src/interfaces/SluiceTypes.sol";

/// @notice The protocol's digests and trees, written plainly from its text, for the contract to be held against.
library Reference {
    function domain(address sluice) internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Sluice"),
                keccak256("1"),
                block.chainid,
                sluice
            )
        );
    }

    function digest(address sluice, bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domain(sluice), structHash));
    }

    function party(Party memory p) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256("Party(address account,address signer)"), p.account, p.signer));
    }

    function channelId(address sluice, ChannelTerms memory t) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "ChannelTerms(Party a,Party b,address token,uint32 disputeWindow,uint64 nonce)Party(address account,address signer)"
        );
        return
            digest(sluice, keccak256(abi.encode(typeHash, party(t.a), party(t.b), t.token, t.disputeWindow, t.nonce)));
    }

    function virtualId(address sluice, VirtualTerms memory t) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "VirtualTerms(address[] path,address token,uint128 capacity,uint32 disputeWindow,uint64 nonce)"
        );
        bytes memory path;
        for (uint256 i; i < t.path.length; ++i) {
            path = abi.encodePacked(path, uint256(uint160(t.path[i])));
        }
        return digest(
            sluice, keccak256(abi.encode(typeHash, keccak256(path), t.token, t.capacity, t.disputeWindow, t.nonce))
        );
    }

    function laneVoucher(
        address sluice,
        bytes32 id,
        uint8 lane,
        uint64 seq,
        uint128 paid,
        uint128 locked,
        bytes32 locksRoot
    ) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "LaneVoucher(bytes32 channelId,uint8 lane,uint64 seq,uint128 paid,uint128 locked,bytes32 locksRoot)"
        );
        return digest(sluice, keccak256(abi.encode(typeHash, id, lane, seq, paid, locked, locksRoot)));
    }

    function voucher(
        address sluice,
        bytes32 id,
        uint128 amount,
        bytes32 tickAnchor,
        uint128 tickValue,
        uint32 tickCount
    ) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Voucher(bytes32 virtualId,uint128 amount,bytes32 tickAnchor,uint128 tickValue,uint32 tickCount)"
        );
        return digest(sluice, keccak256(abi.encode(typeHash, id, amount, tickAnchor, tickValue, tickCount)));
    }

    function close(address sluice, bytes32 id, uint8 from, uint128 amount, uint64 deadline)
        internal
        view
        returns (bytes32)
    {
        bytes32 typeHash = keccak256("Close(bytes32 channelId,uint8 from,uint128 amount,uint64 deadline)");
        return digest(sluice, keccak256(abi.encode(typeHash, id, from, amount, deadline)));
    }

    function withdrawal(address sluice, bytes32 id, uint8 party_, uint128 total, uint64 deadline)
        internal
        view
        returns (bytes32)
    {
        bytes32 typeHash = keccak256("Withdrawal(bytes32 channelId,uint8 party,uint128 total,uint64 deadline)");
        return digest(sluice, keccak256(abi.encode(typeHash, id, party_, total, deadline)));
    }

    function closeRequest(address sluice, bytes32[] memory ids, uint64 deadline) internal view returns (bytes32) {
        bytes32 typeHash = keccak256("CloseRequest(bytes32[] ids,uint64 deadline)");
        return digest(sluice, keccak256(abi.encode(typeHash, keccak256(abi.encodePacked(ids)), deadline)));
    }

    function closeRequest(address sluice, bytes32 id, uint64 deadline) internal view returns (bytes32) {
        bytes32[] memory ids = new bytes32[](1);
        ids[0] = id;
        return closeRequest(sluice, ids, deadline);
    }

    function creditRedirect(address sluice, CreditRedirect memory r) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "CreditRedirect(address account,address token,address to,uint256 amount,uint256 nonce,uint64 deadline)"
        );
        return digest(sluice, keccak256(abi.encode(typeHash, r.account, r.token, r.to, r.amount, r.nonce, r.deadline)));
    }

    function condition(address resolver, bytes32 id, uint8 side) internal pure returns (bytes32) {
        return keccak256(abi.encode(resolver, id, side));
    }

    function leaf(uint32 index, uint128 amount, bytes32 condition_) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x00), index, amount, condition_));
    }

    function node(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x01), left, right));
    }

    /// @dev The depth that holds `count` slots.
    function depthOf(uint256 count) internal pure returns (uint256 depth) {
        while (count > 1 << depth) ++depth;
    }

    /// @dev The root of the tree over slots [first, first + 2^depth).
    function rootOf(bytes32[] memory leaves, uint256 first, uint256 depth) internal pure returns (bytes32) {
        if (depth == 0) return first < leaves.length ? leaves[first] : bytes32(0);
        uint256 half = 1 << (depth - 1);
        return node(rootOf(leaves, first, depth - 1), rootOf(leaves, first + half, depth - 1));
    }

    function rootOf(bytes32[] memory leaves) internal pure returns (bytes32) {
        return rootOf(leaves, 0, depthOf(leaves.length));
    }

    /// @dev Siblings from the leaf up.
    function proofOf(bytes32[] memory leaves, uint256 index) internal pure returns (bytes32[] memory proof) {
        uint256 depth = depthOf(leaves.length);
        proof = new bytes32[](depth);
        for (uint256 level; level < depth; ++level) {
            uint256 sibling = (index >> level) ^ 1;
            proof[level] = rootOf(leaves, sibling << level, level);
        }
    }
}
